"""The toy pedestrian benchmark: pictures of drawn pedestrians whose attributes really show."""

import operator
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from par_plugins.structures import InputError
from par_plugins.testing.toy_appearance import NUM_CAMERAS, ToyPedestrian, sample_pedestrian
from par_plugins.testing.toy_random import Stream, generator
from par_plugins.testing.toy_scene import jpeg_quality, render

# Standard deviations of the logarithms of a crop's height and of its height over its width.
HEIGHT_DEVIATION = 0.15
ASPECT_DEVIATION = 0.08
SMALLEST_SIDE = 16
_LEAST = {
    'num_images': 1,
    'seed': 0,
    'difficulty': 0,
    'images_per_identity': 1,
    'first_identity': 0,
    'identity_step': 1,
    'num_cameras': 1,
}


@dataclass(frozen=True)
class ToyPedestrians:
    """A set of pictures of toy pedestrians, each a function of the arguments and its index alone.

    Indexing gives the descriptions, :meth:`image` and :meth:`jpeg` the pictures. The pictures of an
    identity stand beside each other, under successive cameras.

    Args:
        num_images: At least 1.
        seed: Of the toy world; at least 0. The same identity looks the same under the same seed.
        difficulty: 0 is clean, 1 the default; more is harder.
        image_size: Height and width in pixels about which crops vary; each at least 16.
        images_per_identity: At least 1; the last identity has the rest.
        first_identity: Identity of the first picture; at least 0.
        identity_step: From one identity to the next; at least 1. Sets with the same step and
            different first identities below it have no identity in common.
        num_cameras: At least 1.

    Raises:
        InputError: If an argument is out of its range.
    """

    num_images: int
    seed: int = 0
    difficulty: float = 1.0
    image_size: tuple[int, int] = (128, 64)
    images_per_identity: int = 2
    first_identity: int = 1
    identity_step: int = 1
    num_cameras: int = NUM_CAMERAS

    def __post_init__(self) -> None:
        for name, bound in _LEAST.items():
            if not getattr(self, name) >= bound:
                raise InputError(f'{name} must be at least {bound}, got {getattr(self, name)}')
        if len(self.image_size) != 2 or min(self.image_size) < SMALLEST_SIDE:
            raise InputError(
                f'image_size must be a height and a width of at least {SMALLEST_SIDE}, '
                f'got {self.image_size}'
            )

    def __len__(self) -> int:
        return self.num_images

    def __iter__(self) -> Iterator[ToyPedestrian]:
        return (self[index] for index in range(self.num_images))

    def __getitem__(self, index: int) -> ToyPedestrian:
        identity, shot = self._identity_and_shot(index)
        return sample_pedestrian(self.seed, identity, shot, num_cameras=self.num_cameras)

    def image(self, index: int) -> np.ndarray:
        """The picture (H, W, 3), uint8, blue-green-red, before compression."""
        identity, shot = self._identity_and_shot(index)
        rng = generator(self.seed, Stream.CROP, identity, shot)
        height_factor, aspect_factor = np.exp(
            rng.standard_normal(2) * (HEIGHT_DEVIATION, ASPECT_DEVIATION)
        )
        height, width = self.image_size
        size = (
            max(SMALLEST_SIDE, round(height * height_factor)),
            max(SMALLEST_SIDE, round(width * height_factor / aspect_factor)),
        )
        return render(self[index], seed=self.seed, shot=shot, difficulty=self.difficulty, size=size)

    def jpeg(self, index: int) -> bytes:
        """The picture as a JPEG file; its quality falls with the difficulty."""
        flags = [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality(self.difficulty)]
        return cv2.imencode('.jpg', self.image(index), flags)[1].tobytes()

    def _identity_and_shot(self, index: int) -> tuple[int, int]:
        index = operator.index(index)
        if not 0 <= index < self.num_images:
            raise IndexError(f'index must be in [0, {self.num_images}), got {index}')
        number, shot = divmod(index, self.images_per_identity)
        return self.first_identity + number * self.identity_step, shot
