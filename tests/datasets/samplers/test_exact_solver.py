import numpy as np
import pytest

from par_plugins.datasets.samplers.dai_problem import DAIProblem
from par_plugins.datasets.samplers.exact_solver import solve_exactly


def random_problem(generator):
    """A problem of any shape, often degenerate, and a cap that allows its size."""
    num_rows, num_columns = generator.choice([1, 2, 3, 5, 20, 100]), generator.choice([0, 1, 2, 26])
    ratios = generator.random(num_columns) ** generator.choice([0.2, 1, 5])
    labels = generator.random((num_rows, num_columns)) < ratios
    kind = generator.integers(4)
    if kind == 1:
        labels[:] = True
    elif kind == 2:
        labels[1:] = False
    known = generator.random(labels.shape) < generator.choice([0.6, 1])
    num_images = generator.choice([1, 3, 100_000], num_rows)
    total = int(num_images.sum())
    size = max(1, int(total * generator.choice([0.0, 0.1, 0.9, 1.0, 3.0])))
    cap = -(-size // total) * int(generator.choice([1, 1, 2, 50]))
    diversity = float(generator.choice([0, 0, 1e-6, 1e-3, 0.1, 1, 1e4]))
    targets = generator.choice([0.6, 0.5, 1.0, 0.0])
    return DAIProblem(known * (targets - labels), num_images, size, diversity), cap


@pytest.mark.filterwarnings('error')
def test_every_problem_is_solved_to_its_tolerance_within_its_bounds():
    generator = np.random.default_rng(0)
    for _ in range(300):
        problem, cap = random_problem(generator)
        shares, gap = solve_exactly(problem, max_repeat=cap)
        value = problem.imbalance(shares) + problem.diversity_term(shares)
        assert gap <= 1e-8 * max(1, value)
        assert shares.sum() == pytest.approx(1, abs=1e-9)
        assert (shares >= 0).all()
        assert (shares <= problem.capacity(cap)).all()


def test_the_gap_bounds_the_distance_to_every_other_choice():
    generator = np.random.default_rng(1)
    for _ in range(100):
        problem, cap = random_problem(generator)
        capacity = problem.capacity(cap)
        choices = generator.dirichlet(np.full(len(capacity), 0.3), 20)
        choices = choices[(choices <= capacity).all(axis=1)]
        values = [problem.imbalance(x) + problem.diversity_term(x) for x in choices]
        for shares, value in zip(choices, values, strict=True):
            assert value - problem.gap(shares, capacity) <= min(values) + 1e-12


def test_two_rows_have_the_solution_of_the_hand_calculation():
    # d = 0.6 - x for the share x of the positive row: the cap of 2 lets its 10 images take 20 of
    # the 50 draws.
    problem = DAIProblem(np.array([[-0.4], [0.6]]), np.array([10, 90]), 50, 0.0)
    shares, _ = solve_exactly(problem, max_repeat=2)
    np.testing.assert_allclose(shares, [0.4, 0.6], atol=1e-6)
    # Without a cap in the way, (0.6 - x)^3 + (mu / 2) (10 x^2 + (1 - x)^2 / 0.9) is smallest
    # where 3 (0.6 - x)^2 = mu (10 x - (1 - x) / 0.9).
    problem = DAIProblem(problem.deficits, problem.num_images, 50, 0.01)
    shares, _ = solve_exactly(problem, max_repeat=50)
    x = shares[0]
    assert 3 * (0.6 - x) ** 2 == pytest.approx(0.01 * (10 * x - (1 - x) / 0.9), abs=1e-5)


@pytest.mark.filterwarnings('error')
def test_steps_do_not_cycle():
    # Found at random: with full second-order terms the steps go to and fro for ever.
    deficits = np.array([[-0.4], [0.6], [0.6], [0.6], [0.6]])
    num_images = np.array([1, 17_250, 14_853, 1_633, 2_964])
    solve_exactly(DAIProblem(deficits, num_images, 18_350, 0.001), max_repeat=1000)


def test_a_cap_that_leaves_no_choice_gives_equal_weights():
    problem = DAIProblem(np.array([[-0.4], [0.6]]), np.array([10, 90]), 300, 0.0)
    shares, gap = solve_exactly(problem, max_repeat=3)
    np.testing.assert_allclose(shares, [0.1, 0.9])
    assert gap == 0


def test_too_few_steps_are_told_and_the_result_is_still_certified():
    generator = np.random.default_rng(0)
    labels = generator.random((50, 5)) < 0.1
    problem = DAIProblem(0.6 - labels, np.ones(50, np.int64), 25, 0.0)
    with pytest.warns(UserWarning, match='max_iterations=2 .* above tolerance=1e-08'):
        shares, gap = solve_exactly(problem, max_repeat=3, max_iterations=2)
    best, _ = solve_exactly(problem, max_repeat=3)
    assert problem.imbalance(shares) - gap <= problem.imbalance(best)
    assert gap > 1e-8
    assert shares.sum() == pytest.approx(1)
