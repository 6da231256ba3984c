import doctest
from itertools import pairwise

import pytest

from par_plugins.models.gan import GANSizes, gan_sizes
from par_plugins.structures import InputError


@pytest.mark.parametrize(
    ('size', 'first', 'number'),
    [
        (28, (7, 7), 3),
        (64, (4, 4), 5),
        (128, (4, 4), 6),
        (224, (7, 7), 6),
        (256, (4, 4), 7),
        (512, (4, 4), 8),
        ((128, 64), (4, 2), 6),
        ((256, 192), (4, 3), 7),
        (4, (4, 4), 1),
    ],
)
def test_sizes_grow_from_a_first_map_by_doubling(size, first, number):
    resolutions = GANSizes(size).resolutions
    assert resolutions[0] == first and len(resolutions) == number
    assert resolutions[-1] == (size if isinstance(size, tuple) else (size, size))
    for (height, width), double in pairwise(resolutions):
        assert double == (2 * height, 2 * width)


@pytest.mark.parametrize('size', [100, 0, -28, (64, 128), (128, 80), (256,), (64, 64, 3), 24, 2])
def test_a_size_that_no_first_map_reaches_is_refused_naming_it(size):
    with pytest.raises(InputError, match='image_size=') as caught:
        GANSizes(size)
    assert repr(size) in str(caught.value) and '7x7' in str(caught.value)


@pytest.mark.parametrize(
    ('size', 'channels', 'cap', 'expected'),
    [
        (28, 64, 512, [256, 128, 64]),
        (224, 32, 512, [512, 512, 256, 128, 64, 32]),
        (512, 12, 384, [384, 384, 384, 192, 96, 48, 24, 12]),
    ],
)
def test_the_papers_channels_halve_between_a_cap_and_a_floor(size, channels, cap, expected):
    assert GANSizes(size, channels=channels, max_channels=cap).widths == expected


def test_the_examples_are_true():
    assert doctest.testmod(gan_sizes) == (0, 2)
