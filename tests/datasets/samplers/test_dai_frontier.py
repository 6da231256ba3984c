import pytest

from par_plugins.datasets.samplers import solve_dai, solve_dai_at_sample_size
from par_plugins.structures import InputError
from tests.datasets.samplers.label_sets import long_tailed

ARGUMENTS = {'size': 100, 'max_repeat': 10}


@pytest.mark.parametrize('sample_size', [0.2, 0.5, 0.9])
def test_the_sample_size_is_reached_and_hardly_exceeded(sample_size):
    labels = long_tailed(300, 6)
    found = solve_dai_at_sample_size(labels, effective_sample_size=sample_size, **ARGUMENTS)
    assert sample_size <= found.effective_sample_size <= sample_size * 1.01


def test_a_sample_size_that_comes_by_itself_costs_nothing():
    labels = long_tailed(300, 6)
    free = solve_dai(labels, **ARGUMENTS)
    found = solve_dai_at_sample_size(
        labels, effective_sample_size=free.effective_sample_size / 2, **ARGUMENTS
    )
    assert found.objective == free.objective


def test_more_than_all_images_alike_is_refused():
    with pytest.raises(InputError, match='effective_sample_size=1.1'):
        solve_dai_at_sample_size(long_tailed(50, 3), effective_sample_size=1.1, **ARGUMENTS)
