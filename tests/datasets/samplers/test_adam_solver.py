import numpy as np
import pytest

from par_plugins.datasets.samplers.adam_solver import solve_with_adam
from par_plugins.datasets.samplers.dai_problem import DAIProblem
from par_plugins.datasets.samplers.solve_dai import solve_dai
from par_plugins.structures import InputError
from tests.datasets.samplers.label_sets import long_tailed
from tests.references import dai as reference


@pytest.mark.parametrize('unknown', [0.0, 0.3])
def test_steps_on_rows_are_steps_on_images(unknown):
    labels = long_tailed(60, 4, unknown=unknown)
    assert len(np.unique(labels, axis=0)) < 50
    for steps in (1, 20, 100):
        found = solve_dai(
            labels, size=30, max_repeat=None, solver='adam', steps=steps, lr=0.02
        ).weights
        expected = reference.adam(labels, size=30, target=0.6, steps=steps, lr=0.02)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_no_step_leaves_all_images_alike():
    problem = DAIProblem(np.array([[-0.4], [0.6]]), np.array([1, 3]), 2, 0.0)
    np.testing.assert_allclose(solve_with_adam(problem, steps=0), 2 / 4)


def test_a_learning_rate_that_leaves_nothing_is_refused():
    problem = DAIProblem(np.array([[0.6, -0.4], [-0.4, 0.6]]), np.array([1, 3]), 2, 0.0)
    with pytest.raises(InputError, match=r'steps=9, lr=inf, .* ends without a positive weight'):
        solve_with_adam(problem, steps=9, lr=float('inf'))
