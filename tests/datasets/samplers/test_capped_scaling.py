import numpy as np
import pytest
from scipy.optimize import brentq

from par_plugins.datasets.samplers.capped_scaling import require_possible_size, scale_to_size
from par_plugins.structures import InputError


@pytest.mark.parametrize('max_repeat', [1, 2, 7])
def test_the_scale_is_the_root_of_the_sum(max_repeat):
    for seed in range(20):
        generator = np.random.default_rng(seed)
        factors = generator.pareto(1.0, 40) + 1
        size = int(generator.integers(1, 40 * max_repeat))
        root = brentq(
            lambda s: np.minimum(s * factors, max_repeat).sum() - size,  # noqa: B023
            0,
            1000 * size,
            xtol=1e-14,
        )
        found = scale_to_size(factors, size=size, max_repeat=max_repeat)
        np.testing.assert_allclose(found, np.minimum(root * factors, max_repeat), rtol=1e-9)
        assert found.sum() == pytest.approx(size, rel=1e-12)


def test_a_size_at_the_cap_gives_every_image_the_cap():
    np.testing.assert_allclose(scale_to_size(np.array([1.0, 2, 5]), size=6, max_repeat=2), 2)


def test_a_size_is_possible_up_to_the_cap():
    require_possible_size(6, 2, 3)
    with pytest.raises(InputError, match='3 images give at most 6 draws'):
        require_possible_size(7, 2, 3)


def test_a_size_beyond_the_cap_is_refused():
    with pytest.raises(InputError, match='size=7 is impossible with max_repeat=2: 3 images'):
        scale_to_size(np.array([1.0, 2, 5]), size=7, max_repeat=2)
