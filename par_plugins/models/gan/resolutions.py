"""The resolutions of an MR-GAN: a small first map, doubled until it is the image.

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019: first maps of 4x4 or 7x7.
Those of pedestrians, 4x2 and 4x3, are **ours**.
"""

from collections.abc import Sequence

from par_plugins.structures import InputError

FIRST_MAPS = ((4, 4), (7, 7), (4, 2), (4, 3))
"""Height and width of the maps that a generator can begin with."""


def resolutions_of(image_size: int | Sequence[int]) -> list[tuple[int, int]]:
    """Every resolution between a first map and the image.

    Args:
        image_size: Height and width of the images, or the side of square ones.

    Returns:
        ``(height, width)`` of the first map, of its double, and so on up to the image.

    Raises:
        InputError: If no first map times a power of two is of that size.
    """
    size = (image_size, image_size) if isinstance(image_size, int) else tuple(image_size)
    for first in FIRST_MAPS:
        found = [first]
        while found[-1][0] < size[0]:
            height, width = found[-1]
            found.append((2 * height, 2 * width))
        if found[-1] == size:
            return found
    maps = ', '.join(f'{height}x{width}' for height, width in FIRST_MAPS)
    raise InputError(
        f'image_size={image_size!r}: images must be a first map ({maps}) times a power of two, '
        'such as 28, 64, 224, (128, 64) or (256, 192)'
    )


def channels_of(num_resolutions: int, *, channels: int, max_channels: int) -> list[int]:
    """Channels of the feature maps, halved as the size doubles.

    Args:
        num_resolutions: Number R of resolutions.
        channels: Of the largest maps.
        max_channels: No maps have more.

    Returns:
        R numbers, from the first map to the largest.
    """
    return [min(max_channels, channels * 2**k) for k in reversed(range(num_resolutions))]
