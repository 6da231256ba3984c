"""Random streams of their own, from numbers that name them."""

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.logging import MessageHub

TRAIN_STREAM, VAL_STREAM, SYNTHETIC_STREAM = 0, 1, 2
"""The first word of every stream: a GAN's training and validation, a classifier's extra images."""


def seeded_generator(device: torch.device, *words: int) -> torch.Generator:
    """Return a generator that depends on the process and some numbers alone.

    The same numbers give the same stream, also in a run that was resumed; torch's own generator is
    neither read nor moved.

    Args:
        device: Where it draws.
        *words: What the stream is for, at least 0.
    """
    state = np.random.SeedSequence((get_rank(), *words)).generate_state(1, np.uint64)
    return torch.Generator(device).manual_seed(int(state[0] >> np.uint64(1)))


def run_seed() -> int:
    """Return the seed of the run; 0 where there is none."""
    return int(MessageHub.get_current_instance().get_info('seed', 0) or 0)


def synthetic_stream(device: torch.device, step: int) -> torch.Generator:
    """Return the random numbers of the synthetic images of a classifier's step."""
    return seeded_generator(device, SYNTHETIC_STREAM, run_seed(), step)
