import pytest

from par_plugins.datasets.samplers import solve_dai
from par_plugins.structures import InputError
from projects.paper_studies.dai.matched_solutions import (
    compare_with_adam,
    solve_dai_at_sample_size,
)
from tests.datasets.samplers.label_sets import long_tailed, pa100k

ARGUMENTS = {'size': 100, 'max_repeat': 10}


@pytest.mark.parametrize('sample_size', [0.2, 0.5, 0.9])
def test_the_sample_size_is_reached_and_hardly_exceeded(sample_size):
    labels = long_tailed(300, 6)
    solution = solve_dai_at_sample_size(labels, effective_sample_size=sample_size, **ARGUMENTS)
    assert sample_size <= solution.effective_sample_size <= sample_size * 1.01


def test_a_sample_size_that_comes_by_itself_costs_nothing():
    labels = long_tailed(300, 6)
    free = solve_dai(labels, **ARGUMENTS)
    solution = solve_dai_at_sample_size(
        labels, effective_sample_size=free.effective_sample_size / 2, **ARGUMENTS
    )
    assert solution.objective == free.objective


def test_more_than_all_images_alike_is_refused():
    with pytest.raises(InputError, match='effective_sample_size=1.1'):
        solve_dai_at_sample_size(long_tailed(50, 3), effective_sample_size=1.1, **ARGUMENTS)


@pytest.mark.parametrize('seed', range(3))
@pytest.mark.parametrize('unknown', [0.0, 0.2])
def test_adam_is_never_better_at_the_same_size_cap_and_sample_size(seed, unknown):
    labels = long_tailed(2000, 8, seed=seed, unknown=unknown)
    check_adam_is_never_better(labels, size=850, all_steps=(20, 150, 600))


def check_adam_is_never_better(labels, *, size, all_steps):
    for steps in all_steps:
        adam, exact = compare_with_adam(labels, size=size, steps=steps)
        assert adam.objective == pytest.approx(
            solve_dai(labels, size=size, max_repeat=1, solver='adam', steps=steps).objective
        )
        assert exact.weights.sum() == pytest.approx(size)
        assert exact.largest_repeat <= adam.largest_repeat
        assert exact.effective_sample_size >= adam.effective_sample_size
        assert exact.objective <= adam.objective + exact.gap, steps


def test_adam_is_never_better_on_the_official_labels():
    check_adam_is_never_better(pa100k(), size=33_982, all_steps=(50, 200, 356, 500))
