"""Random generators of the toy world: functions of the seed and of what they are for."""

from enum import IntEnum

import numpy as np


class Stream(IntEnum):
    """What a generator is for; keeps generators of one seed and one identity apart."""

    IDENTITY = 0  # traits
    SIGHTING = 1  # view
    CROP = 2  # size
    PICTURE = 3  # pose, clutter, occlusion, light, noise
    CAMERA = 4  # background, tint


def generator(seed: int, stream: Stream, *numbers: int) -> np.random.Generator:
    """A generator that depends on its arguments alone: not on order, processes or global state."""
    return np.random.default_rng((seed, stream, *numbers))
