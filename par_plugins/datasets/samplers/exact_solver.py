"""DAI solved to a certified gap: a primal-dual interior-point method with small systems.

A general convex solver factorises a matrix as large as the number of different label rows U.
Here that matrix is diagonal plus the outer product of U x (C + 1) columns, so each step solves a
system of the size of the C columns instead. Steps are Mehrotra's predictor and corrector
(S. Mehrotra, On the implementation of a primal-dual interior point method, 1992).

The cube of a positive deficit is kept smooth by a dual variable of its own: minimise
``sum e_j^3`` with ``e >= d``, whose multiplier is ``y = 3 e^2``. With it the gradient is linear in
the unknowns, and a step that starts dual feasible stays so.
"""

import warnings

import numpy as np
import scipy

from par_plugins.datasets.samplers.dai_problem import DAIProblem

_Direction = tuple[np.ndarray, np.ndarray]
"""Changes of the primal and the dual variables."""

_ROWS_AT_A_TIME = 4096
"""Rows whose scaled copy stays in the processor's cache."""


def solve_exactly(
    problem: DAIProblem, *, max_repeat: float, tolerance: float = 1e-8, max_iterations: int = 200
) -> tuple[np.ndarray, float]:
    """Find the best shares within the cap.

    Args:
        problem: What to minimise.
        max_repeat: The cap on the draws of one image; ``max_repeat * m >= size``.
        tolerance: Stop when the gap is at most this, times the value where that exceeds 1.
        max_iterations: Stop there in any case, with a warning. The shares are feasible and the
            gap is a valid bound nevertheless.

    Returns:
        ``(U,)`` shares, and their Frank-Wolfe gap.
    """
    capacity = problem.capacity(max_repeat)
    if capacity.sum() <= 1 + 1e-12:  # every image as often as allowed: nothing is left to choose
        return capacity, 0.0
    from threadpoolctl import threadpool_limits

    # One thread gives every rank the same last bit; more of them hardly help at these sizes.
    with threadpool_limits(1, user_api='blas'):
        iterate = _Iterate(problem, capacity)
        for _ in range(max_iterations):
            # Complementarity bounds the gap from above but for rounding, and costs nothing.
            limit = tolerance * max(1.0, iterate.value())
            if iterate.complementarity < 100 * limit and iterate.gap() <= limit:
                return iterate.shares(), iterate.gap()
            iterate.advance()
    warnings.warn(
        f'DAI stopped after max_iterations={max_iterations} steps with a gap of '
        f'{iterate.gap():.2g}, above tolerance={tolerance:g}',
        stacklevel=2,
    )
    return iterate.shares(), iterate.gap()


class _Iterate:
    """Positive pairs of primal and dual variables that meet at zero products.

    ``primal`` holds the shares, what is left of the capacity, and the columns' multipliers
    ``y``; ``dual`` the multipliers of the shares' two bounds, and the slacks ``e - d``.
    """

    def __init__(self, problem: DAIProblem, capacity: np.ndarray) -> None:
        self.problem, self.capacity = problem, capacity
        num_rows, num_columns = problem.deficits.shape
        shares = problem.num_images / problem.num_images.sum()  # all images alike
        # Shares sum to 1, so a column can be shifted by a constant; about zero they are far from
        # parallel to the sum, however uniform the labels are.
        self.mean_deficits = shares @ problem.deficits
        self.columns = np.ones((num_rows, 1 + num_columns))
        np.subtract(problem.deficits, self.mean_deficits, out=self.columns[:, 1:])

        excess = np.maximum(self.mean_deficits, 0) + 0.1
        multipliers = 3 * excess**2
        gradient = self.columns[:, 1:] @ multipliers + problem.curvature * shares
        gradient -= np.median(gradient)
        margin = np.abs(gradient).mean() + 1e-12
        self.ends = [num_rows, 2 * num_rows]
        self.primal = np.concatenate([shares, capacity - shares, multipliers])
        self.dual = np.concatenate(
            [
                np.maximum(gradient, 0) + margin,
                np.maximum(-gradient, 0) + margin,
                excess - self.mean_deficits,
            ]
        )

    @property
    def complementarity(self) -> float:
        return float(self.primal @ self.dual)

    def shares(self) -> np.ndarray:
        """Return the shares, freed of what rounding has done to their sum and bounds."""
        shares = self.primal[: self.ends[0]]
        within: np.ndarray = np.minimum(shares / shares.sum(), self.capacity)
        return within

    def value(self) -> float:
        shares = self.shares()
        return self.problem.imbalance(shares) + self.problem.diversity_term(shares)

    def gap(self) -> float:
        return self.problem.gap(self.shares(), self.capacity)

    def advance(self) -> None:
        """Take one predictor-corrector step."""
        newton = _NewtonSystem(self)
        products = self.primal * self.dual
        mean = self.complementarity / len(products)
        predicted = newton.direction(-products)
        ratio = self._after(predicted, self._longest_step(predicted)) / self.complementarity
        # A pair far off the others would drown them in its second-order term.
        correction = np.clip(predicted[0] * predicted[1], -5 * mean, 5 * mean)
        for second_order in (correction, 0.0):
            direction = newton.direction(ratio**3 * mean - products - second_order)
            length = self._longest_step(direction)
            if self._after(direction, length) < self.complementarity:
                break
        # Without its second-order term the direction descends; that it does keeps Mehrotra's
        # method from cycling.
        while self._after(direction, length) >= self.complementarity and length > 1e-8:
            length /= 2
        self.primal += length * direction[0]
        self.dual += length * direction[1]

    def _longest_step(self, direction: _Direction) -> float:
        """The longest step up to 1 that stays positive, with a little room."""
        steepest = min((direction[0] / self.primal).min(), (direction[1] / self.dual).min())
        return min(1.0, -0.995 / steepest) if steepest < 0 else 1.0

    def _after(self, direction: _Direction, length: float) -> float:
        """The complementarity after a step."""
        primal, dual = self.primal + length * direction[0], self.dual + length * direction[1]
        return float(primal @ dual)


class _NewtonSystem:
    """The optimality conditions linearised at an iterate, reduced to one row a column."""

    def __init__(self, iterate: _Iterate) -> None:
        self.iterate = iterate
        shares, room, multipliers = np.split(iterate.primal, iterate.ends)
        lower, upper, slacks = np.split(iterate.dual, iterate.ends)
        self.inverse = 1 / (lower / shares + upper / room + iterate.problem.curvature)
        sums = shares @ iterate.columns
        excess = np.sqrt(multipliers / 3)
        self.sum_error = 1 - sums[0]
        self.slack_error = excess - iterate.mean_deficits - sums[1:] - slacks
        system = _weighted_gram(iterate.columns, self.inverse)
        diagonal = np.arange(1, len(system))
        system[diagonal, diagonal] += 1 / (6 * excess) + slacks / multipliers
        # The sum comes first, so that its elimination leaves a sum of two positive matrices.
        self.factor = scipy.linalg.cho_factor(system, overwrite_a=True)

    def direction(self, change: np.ndarray) -> _Direction:
        """Return the change of primal and dual that changes their products by ``change``."""
        iterate = self.iterate
        shares, room, multipliers = np.split(iterate.primal, iterate.ends)
        of_shares, of_room, of_multipliers = np.split(change, iterate.ends)
        force = of_shares / shares - of_room / room
        right = (self.inverse * force) @ iterate.columns
        right[0] -= self.sum_error
        right[1:] += of_multipliers / multipliers - self.slack_error
        solved = scipy.linalg.cho_solve(self.factor, right)
        d_shares = self.inverse * (force - iterate.columns @ solved)
        d_primal = np.concatenate([d_shares, -d_shares, solved[1:]])
        return d_primal, (change - iterate.dual * d_primal) / iterate.primal


def _weighted_gram(columns: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """``columns^T diag(weights) columns``, without a second copy of the columns."""
    gram = np.zeros((columns.shape[1],) * 2)
    for start in range(0, len(columns), _ROWS_AT_A_TIME):
        chunk = columns[start : start + _ROWS_AT_A_TIME]
        gram += (chunk * weights[start : start + _ROWS_AT_A_TIME, None]).T @ chunk
    return gram
