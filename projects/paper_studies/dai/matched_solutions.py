"""DAI's solvers under the same conditions: size, cap and effective sample size."""

from typing import Any

from numpy.typing import ArrayLike

from par_plugins.datasets.samplers.solve_dai import DAISolution, solve_dai
from par_plugins.structures import InputError

_LARGEST_DIVERSITY = 1e6
"""Here the weights are equal to six digits."""


def solve_dai_at_sample_size(
    labels: ArrayLike, *, effective_sample_size: float, **arguments: Any
) -> DAISolution:
    """The most balanced weights with at least this effective sample size.

    Finds the smallest diversity that reaches it, to one part in a thousand.

    Args:
        labels: ``(N, A)`` values, -1 for unknown.
        effective_sample_size: ``(sum w)^2 / (N sum w^2)``, a share in (0, 1).
        **arguments: As for :func:`solve_dai`, without ``diversity``; the solver is the exact one.

    Raises:
        InputError: If no diversity reaches the sample size.
    """

    def solve(diversity: float) -> DAISolution:
        return solve_dai(labels, diversity=diversity, **arguments)

    reached = solve(0.0)
    if reached.effective_sample_size >= effective_sample_size:
        return reached
    high = 1e-4
    while (reached := solve(high)).effective_sample_size < effective_sample_size:
        high *= 10
        if high > _LARGEST_DIVERSITY:
            raise InputError(f'no diversity reaches effective_sample_size={effective_sample_size}')
    low = high / 10
    while high > 1.001 * low:
        middle = (low * high) ** 0.5
        solution = solve(middle)
        if solution.effective_sample_size < effective_sample_size:
            low = middle
        else:
            high, reached = middle, solution
    return reached


def compare_with_adam(
    labels: ArrayLike, *, steps: int, **arguments: Any
) -> tuple[DAISolution, DAISolution]:
    """The paper's solver, stopped, and the exact one under the same conditions.

    The same are the number of draws and the cap, which is the largest weight that Adam has given;
    the exact solver's effective sample size is at least Adam's.

    Args:
        labels: ``(N, A)`` values, -1 for unknown.
        steps: Steps of Adam.
        **arguments: As for :func:`solve_dai`, without cap, diversity and solver.

    Returns:
        Adam's solution, and the exact solver's.
    """
    adam = solve_dai(labels, max_repeat=None, solver='adam', steps=steps, **arguments)
    exact = solve_dai_at_sample_size(
        labels,
        effective_sample_size=adam.effective_sample_size,
        max_repeat=adam.largest_repeat,
        **arguments,
    )
    return adam, exact
