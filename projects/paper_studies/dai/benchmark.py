"""DAI's exact solver beside the paper's Adam and a general convex solver, and the planning.

Without an argument the labels are generated: long-tailed and correlated, 80,000 x 26. The general
solver is Clarabel (``pip install clarabel``; left out where it is not installed). It gets the
different rows of the labels, and its program, for nothing; the times of the other two are from the
label matrix to the weights.
"""

import argparse
import math
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from par_plugins.apis.preview_sampler import CAPS
from par_plugins.datasets import PA100K
from par_plugins.datasets.samplers import solve_dai
from par_plugins.datasets.samplers.epoch_planned_sampler import plan_epoch
from par_plugins.datasets.samplers.label_rows import LabelRows
from projects.paper_studies.dai.matched_solutions import compare_with_adam
from projects.paper_studies.dai.solver_comparison import ADAM_STEPS
from tools.benchmarks.general_solvers import TARGET, generated_labels, solve_generally

DIVERSITIES = (0.01, 0.05, 0.1, 0.3, 1.0)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('annotation', nargs='?', help="PA-100K's annotation.mat")
    parser.add_argument('--images', type=int, default=80_000, help='of generated labels')
    parser.add_argument('--attributes', type=int, default=26, help='of generated labels')
    parser.add_argument('--rank', type=int, default=4, help='of generated correlations')
    parser.add_argument('--size', type=int, help='draws (default: 33,982 of 80,000, in proportion)')
    parser.add_argument('--planned-images', type=int, default=1_000_000)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


def best_of(rounds: int, run: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the fastest run, and its result."""
    seconds = math.inf
    for _ in range(rounds):
        start = time.perf_counter()
        result = run()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds, result


def table_of(title: str, *headings: str) -> Table:
    table = Table(title=title)
    for heading in headings:
        table.add_column(heading, justify='right', no_wrap=True)
    return table


def solver_table(labels: np.ndarray, size: int, rounds: int) -> Table:
    title = (
        f'{size:,} draws from {len(labels):,} x {labels.shape[1]} labels: exact and general solver'
    )
    has_general = find_spec('clarabel') is not None
    general = ('general s', 'ratio', 'difference') if has_general else ()
    table = table_of(title, 'cap', 'mu', 'objective', 'ESS', 'gap', 'exact s', *general)
    rows = LabelRows.from_labels(labels)
    for cap, mu in [(cap, 0.0) for cap in CAPS] + [(CAPS[-1], mu) for mu in DIVERSITIES]:
        solve = partial(solve_dai, labels, size=size, max_repeat=cap, diversity=mu)
        seconds, found = best_of(rounds, solve)
        cells = [f'{mu:g}', f'{found.objective:.4f}', f'{found.effective_sample_size:.4f}']
        cells += [f'{found.gap:.0e}', f'{seconds:.4f}']
        if has_general:
            limits: dict[str, Any] = dict(target=TARGET, size=size, max_repeat=cap, diversity=mu)
            general_seconds, value = best_of(1, solve_generally('clarabel', rows, **limits))
            cells += [f'{general_seconds:.3f}', f'{general_seconds / seconds:.1f}']
            cells += [f'{value - found.objective - found.diversity_term:+.0e}']
        table.add_row(str(cap), *cells)
    if not has_general:
        table.caption = 'for the general convex solver: pip install clarabel'
    return table


def adam_table(labels: np.ndarray, size: int, rounds: int) -> Table:
    title = 'Adam, and the exact solver at the same size, cap and effective sample size'
    headings = ('Adam s', 'largest w', 'ESS', 'Adam f', 'exact f', 'exact mu')
    table = table_of(title, 'steps', *headings)
    for steps in ADAM_STEPS:
        solve = partial(solve_dai, labels, size=size, max_repeat=None, solver='adam', steps=steps)
        seconds, _ = best_of(rounds, solve)
        adam, exact = compare_with_adam(labels, size=size, steps=steps)
        if exact.objective > adam.objective + exact.gap:
            raise SystemExit(f'Adam is better after {steps} steps')
        cells = [f'{seconds:.3f}', f'{adam.largest_repeat:.2f}']
        cells += [f'{adam.effective_sample_size:.4f}', f'{adam.objective:.4f}']
        cells += [f'{exact.objective:.4f}']
        cells += [f'{2 * exact.diversity_term * exact.effective_sample_size:.4g}']
        table.add_row(str(steps), *cells)
    return table


def planning_table(weights: np.ndarray, num_images: int, rounds: int) -> Table:
    table = table_of(f'Planning an epoch of {num_images:,} images', 'epoch', 'indices', 's')
    many = np.resize(weights, num_images)
    many *= round(many.sum()) / many.sum()
    for then_all, name in ((False, 'draws'), (True, 'draws, then all')):
        generator = np.random.default_rng(0)
        seconds, plan = best_of(rounds, partial(plan_epoch, many, generator, then_all=then_all))
        table.add_row(name, f'{len(plan):,}', f'{seconds:.3f}')
    return table


def main() -> None:
    args = parse_args()
    if args.annotation:
        path = Path(args.annotation)
        labels = PA100K(data_root=str(path.parent), ann_file=path.name).targets
    else:
        labels = generated_labels(args.images, args.attributes, args.rank, args.seed)
    size = args.size or round(len(labels) * 33_982 / 80_000)
    seconds, rows = best_of(args.rounds, lambda: LabelRows.from_labels(labels))
    console = Console(width=100)
    console.print(f'{len(rows.targets):,} different rows, found in {seconds:.4f} s')
    console.print(solver_table(labels, size, args.rounds))
    console.print(adam_table(labels, size, args.rounds))
    weights = solve_dai(labels, size=size, max_repeat=5, diversity=0.05).weights
    console.print(planning_table(weights, args.planned_images, args.rounds))


if __name__ == '__main__':
    main()
