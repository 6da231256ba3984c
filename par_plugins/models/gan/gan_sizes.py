"""The sizes that an MR-GAN's networks share: a small first map, doubled until it is the image.

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019: first maps of 4x4 or 7x7.
Those of pedestrians, 4x2 and 4x3, are **ours**.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from par_plugins.structures import InputError

FIRST_MAPS = ((4, 4), (7, 7), (4, 2), (4, 3))
"""Height and width of the maps that a generator can begin with."""


@dataclass(frozen=True)
class GANSizes:
    """Sizes of generator and discriminator.

    Attributes:
        image_size: Height and width of the largest images, or the side of square ones.
        num_conditions: Length C of the label vector: columns of the schema's packed logits, the
            number of attributes where all are binary; 0 for an unconditional GAN.
        channels: Of the largest feature maps; the paper takes 64 at 28 (MNIST), 32 at 224, 12 at
            512.
        max_channels: Of the smallest; the paper takes 512, and 384 at 512.
        image_channels: Of the images.

    Raises:
        InputError: If no first map times a power of two is of ``image_size``.

    >>> sizes = GANSizes(28, channels=64)
    >>> sizes.resolutions, sizes.widths
    ([(7, 7), (14, 14), (28, 28)], [256, 128, 64])
    """

    image_size: int | Sequence[int]
    num_conditions: int = 0
    channels: int = 32
    max_channels: int = 512
    image_channels: int = 3

    def __post_init__(self) -> None:
        _ = self.resolutions  # a size that is impossible is found here

    @cached_property
    def resolutions(self) -> list[tuple[int, int]]:
        """``(height, width)`` of the first map, of its double, and so on up to the image."""
        size = self.image_size
        size = (size, size) if isinstance(size, int) else tuple(size)
        for first in FIRST_MAPS:
            doubled = [first]
            while doubled[-1][0] < size[0]:
                height, width = doubled[-1]
                doubled.append((2 * height, 2 * width))
            if doubled[-1] == size:
                return doubled
        maps = ', '.join(f'{height}x{width}' for height, width in FIRST_MAPS)
        raise InputError(
            f'image_size={self.image_size!r}: images must be a first map ({maps}) times a power of '
            'two, such as 28, 64, 224, (128, 64) or (256, 192)'
        )

    @property
    def widths(self) -> list[int]:
        """Channels of the feature maps of every resolution, halved as the size doubles."""
        levels = reversed(range(len(self.resolutions)))
        return [min(self.max_channels, self.channels * 2**level) for level in levels]
