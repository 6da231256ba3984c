"""Compare DAI's two solvers on the labels of a config: tables, and the frontier as a picture.

    python -m projects.paper_studies.dai.solver_comparison CONFIG --into README.md

The tables go between the marks ``dai_caps`` and ``dai_adam`` of a Markdown file. Opens no image.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from par_plugins.apis import RUNNER_OPTIONS, load_config, stop_on_input_error
from par_plugins.apis.preview_sampler import CAPS, build_training_loader
from par_plugins.apis.published_results import put_table
from par_plugins.datasets.samplers import DAISampler, DAISolution, solve_dai
from par_plugins.datasets.samplers.dai_sampler import DIVERSITY
from par_plugins.structures import InputError
from projects.paper_studies.dai.matched_solutions import compare_with_adam

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
            solution = solve_dai(
                **sampler.problem,
                size=sampler.resampled.size,
                max_repeat=cap,
                diversity=diversity,
            )
            cells += [f'{solution.objective:.3f}', f'{solution.largest_repeat:.4g}']
            cells += [f'{solution.share_drawn:.1%}', f'{solution.effective_sample_size:.1%}']
        lines.append(f'| {" | ".join(cells)} |')
    return '\n'.join(lines)


def _point(solution: DAISolution) -> Point:
    return solution.effective_sample_size, solution.objective


def dai_frontier_figure(frontier: DAIFrontier) -> Figure:
    """Draw the objective over the effective sample size; the better is the lower and further right.

    Returns:
        A figure that belongs to no window; the sampler itself is a star.
    """
    figure = Figure(figsize=(7.5, 5), layout='constrained')
    axes = figure.subplots()
    for name, points in frontier.exact.items():
        sizes, objectives = zip(*sorted(points), strict=True)
        axes.plot([100 * size for size in sizes], objectives, label=f'exact, {name}')
    sizes, objectives = zip(*frontier.adam.values(), strict=True)
    axes.plot([100 * size for size in sizes], objectives, 'kx--', linewidth=0.8, label='Adam')
    for steps, (size, objective) in frontier.adam.items():
        axes.annotate(
            f'{steps} steps',
            (100 * size, objective),
            textcoords='offset points',
            xytext=(-6, 6),
            ha='right',
            fontsize=7,
        )
    axes.plot(
        100 * frontier.chosen[0], frontier.chosen[1], 'k*', markersize=12, label='this sampler'
    )
    axes.set_xscale('log')
    axes.set_xlim(0.5, 110)
    axes.set_xticks([0.5, 1, 2, 5, 10, 20, 50, 100], '0.5 1 2 5 10 20 50 100'.split())
    axes.grid(color='0.9')
    axes.set_xlabel('effective sample size, percent of the images')
    axes.set_ylabel('imbalance that is left (DAI objective)')
    axes.legend(frameon=False)
    return figure


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        parents=[RUNNER_OPTIONS],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('--figure', type=Path, help='picture to write')
    parser.add_argument('--into', type=Path, help='Markdown file with marks to put the tables into')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    cfg = load_config(args, work_dir='{config}')
    sampler = build_training_loader(cfg).sampler
    if not isinstance(sampler, DAISampler):
        raise InputError(f'{args.config}: the sampler is {type(sampler).__name__}, not DAISampler')
    tables = {'dai_caps': caps_table(sampler), 'dai_adam': adam_table(sampler)}
    for name, table in tables.items():
        print(f'{name}\n{table}\n')
        if args.into:
            put_table(args.into, table, name=name)
    if args.figure:
        dai_frontier_figure(dai_frontier(sampler)).savefig(args.figure, dpi=110)


if __name__ == '__main__':
    main()
