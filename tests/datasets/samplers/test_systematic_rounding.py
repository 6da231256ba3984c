import numpy as np
import pytest

from par_plugins.datasets.samplers.systematic_rounding import round_systematically
from par_plugins.structures import InputError


def fractional_weights(num_images, size, seed=0):
    weights = np.random.default_rng(seed).dirichlet(np.full(num_images, 0.5)) * size
    return weights * (size / weights.sum())


def generator(seed=0):
    return np.random.default_rng(seed)


def test_the_sum_is_exact_and_each_count_is_its_weight_rounded_down_or_up():
    for seed in range(50):
        weights = fractional_weights(500, 213, seed)
        counts = round_systematically(weights, generator(seed))
        assert counts.sum() == 213
        assert (counts >= np.floor(weights)).all()
        assert (counts <= np.ceil(weights)).all()


def test_the_mean_count_is_the_weight():
    weights = fractional_weights(40, 25)
    rng, draws = generator(), 4000
    mean = sum(round_systematically(weights, rng) for _ in range(draws)) / draws
    fractions = weights % 1
    deviations = np.sqrt(fractions * (1 - fractions) / draws)
    assert (np.abs(mean - weights) <= 5 * deviations + 1e-9).all()


def test_whole_weights_are_certain():
    weights = np.array([0.0, 3.0, 1.0, 0.0])
    np.testing.assert_array_equal(round_systematically(weights, generator()), weights)


def test_a_weight_next_to_an_integer_is_that_integer_without_a_draw():
    rng = generator()
    before = rng.bit_generator.state
    counts = round_systematically(np.array([5 - 4e-10, 2 + 4e-10, 1.0]), rng)
    np.testing.assert_array_equal(counts, [5, 2, 1])
    assert rng.bit_generator.state == before


def test_a_long_sum_of_fractions_loses_nothing():
    weights = np.full(1_000_000, 33_982 / 1_000_000)
    for seed in range(3):
        counts = round_systematically(weights, generator(seed))
        assert counts.sum() == 33_982
        assert counts.max() == 1


def test_equal_weights_give_ever_new_choices():
    weights = np.full(20, 0.5)
    rng = generator()
    assert len({tuple(round_systematically(weights, rng)) for _ in range(100)}) == 100


def test_the_same_generator_gives_the_same_counts():
    weights = fractional_weights(50, 20)
    np.testing.assert_array_equal(
        round_systematically(weights, generator(3)), round_systematically(weights, generator(3))
    )


@pytest.mark.parametrize('weights', [[0.5, 0.4], [np.nan, 1.0]])
def test_a_sum_that_is_no_integer_is_refused(weights):
    with pytest.raises(InputError, match='integer sum'):
        round_systematically(np.array(weights), generator())
