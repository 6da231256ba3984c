"""DAI's two solvers on one set of labels: tables for a README, and the frontier for a figure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from par_plugins.apis.preview_sampler import CAPS
from par_plugins.datasets.samplers import DAISampler, DAISolution, compare_with_adam, solve_dai
from par_plugins.datasets.samplers.dai_sampler import DIVERSITY

ADAM_STEPS = (25, 50, 100, 200, 300, 356, 400, 500)
"""Where Adam is stopped; after 356 steps it draws about as many images as the paper prints."""

DIVERSITIES = (0.0, *np.geomspace(0.001, 10, 17).tolist())
FRONTIER_CAPS = (2, 5, 10, None)

Point = tuple[float, float]
"""Effective sample size and objective."""


@dataclass(frozen=True)
class DAIFrontier:
    """Balance against diversity, as points.

    Attributes:
        exact: The exact solver's points of each cap, by its name, over all diversities.
        adam: Adam's points, by the number of steps.
        chosen: The point of the sampler itself.
    """

    exact: dict[str, list[Point]]
    adam: dict[int, Point]
    chosen: Point


def dai_frontier(
    sampler: DAISampler,
    *,
    caps: Sequence[float | None] = FRONTIER_CAPS,
    all_steps: Sequence[int] = ADAM_STEPS,
) -> DAIFrontier:
    """Solve with both solvers for the sampler's labels and number of draws.

    Args:
        sampler: Any DAI sampler.
        caps: Of the exact solver; None for no cap.
        all_steps: Where Adam is stopped.
    """
    size = sampler.resampled.size
    exact = {
        'no cap' if cap is None else f'cap {cap:g}': [
            _point(solve_dai(**sampler.problem, size=size, max_repeat=cap, diversity=diversity))
            for diversity in DIVERSITIES
        ]
        for cap in caps
    }
    adam = {
        steps: _point(
            solve_dai(**sampler.problem, size=size, max_repeat=None, solver='adam', steps=steps)
        )
        for steps in all_steps
    }
    return DAIFrontier(exact, adam, _point(sampler.resampled))


def adam_table(sampler: DAISampler, *, all_steps: Sequence[int] = ADAM_STEPS) -> str:
    """Adam, and the exact solver at the same size, cap and effective sample size, as Markdown.

    Args:
        sampler: Any DAI sampler, for its labels and number of draws.
        all_steps: Where Adam is stopped.
    """
    lines = [
        '| steps | largest weight | images drawn | ESS | Adam | exact | its gap | difference |',
        '|---|---|---|---|---|---|---|---|',
    ]
    for steps in all_steps:
        adam, exact = compare_with_adam(**sampler.problem, size=sampler.resampled.size, steps=steps)
        lines.append(
            f'| {steps} | {adam.largest_repeat:.2f} | {adam.share_drawn:.1%} '
            f'| {adam.effective_sample_size:.1%} | {adam.objective:.4f} | {exact.objective:.4f} '
            f'| {exact.gap:.0e} | {exact.objective - adam.objective:+.4f} |'
        )
    return '\n'.join(lines)


def caps_table(
    sampler: DAISampler,
    *,
    caps: Sequence[float | None] = (*CAPS, None),
    diversities: Sequence[float] = (0.0, DIVERSITY, 2 * DIVERSITY),
) -> str:
    """What the exact solver reaches under each cap and diversity, as Markdown.

    Args:
        sampler: Any DAI sampler, for its labels and number of draws.
        caps: None for no cap.
        diversities: Factors of the diversity term.
    """
    headings = [f'mu = {mu:g}: objective | largest | images drawn | ESS' for mu in diversities]
    lines = [f'| cap | {" | ".join(headings)} |', '|---|' + '---|---|---|---|' * len(diversities)]
    for cap in caps:
        cells = ['none' if cap is None else f'{cap:g}']
        for diversity in diversities:
            found = solve_dai(
                **sampler.problem,
                size=sampler.resampled.size,
                max_repeat=cap,
                diversity=diversity,
            )
            cells += [f'{found.objective:.3f}', f'{found.largest_repeat:.4g}']
            cells += [f'{found.share_drawn:.1%}', f'{found.effective_sample_size:.1%}']
        lines.append(f'| {" | ".join(cells)} |')
    return '\n'.join(lines)


def _point(solution: DAISolution) -> Point:
    return solution.effective_sample_size, solution.objective
