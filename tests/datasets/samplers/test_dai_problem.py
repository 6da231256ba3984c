import numpy as np
import pytest

from par_plugins.datasets.samplers.dai_problem import DAIProblem
from par_plugins.datasets.samplers.label_rows import LabelRows
from tests.datasets.samplers.label_sets import kinds
from tests.references import dai as reference


@pytest.mark.parametrize('kind', kinds())
def test_values_and_gap_on_rows_are_those_on_images(kind):
    labels, cap, diversity = kinds()[kind], 3, 0.2
    rows = LabelRows.from_labels(labels)
    pulled = rows.positive.any(axis=0)
    deficits = (rows.known * (0.6 - rows.positive))[:, pulled]
    generator = np.random.default_rng(0)
    for _ in range(5):
        of_row = generator.uniform(0.5, 1.5, len(rows.targets))
        weights = of_row[rows.row_of_image]
        size = weights.sum()
        problem = DAIProblem(deficits, rows.num_images, size, diversity)
        shares = of_row * rows.num_images / size
        assert problem.imbalance(shares) == pytest.approx(reference.objective(labels, weights, 0.6))
        assert problem.diversity_term(shares) == pytest.approx(
            reference.diversity_term(weights, diversity)
        )
        expected = reference.frank_wolfe_gap(
            labels, weights, max_repeat=cap, target=0.6, diversity=diversity
        )
        assert problem.gap(shares, problem.capacity(cap)) == pytest.approx(expected, abs=1e-9)


def test_the_capacity_of_a_row_is_the_cap_times_its_images():
    problem = DAIProblem(np.zeros((3, 1)), np.array([1, 2, 30]), 20, 0.0)
    np.testing.assert_allclose(problem.capacity(4), [4 / 20, 8 / 20, 1])
