"""Draw scalars over the steps of an experiment's runs, the mean over the seeds of each arm.

    python -m projects.paper_studies.training_curves work_dirs/comparison_cifar100 curves.png \\
        --arms cross-entropy over-sampling --scalars loss attribute/balanced_accuracy

What has different names in different arms is given as NAME=one,other.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean

from par_plugins.apis import stop_on_input_error
from par_plugins.structures import InputError, printable
from projects.paper_studies.experiment_runs import run_folders
from projects.paper_studies.lines_figure import Line, lines_figure


def training_curves(
    folder: Path,
    *,
    arms: Sequence[str],
    scalars: Mapping[str, Sequence[str]],
    last_step: int | None = None,
) -> dict[str, dict[str, Line]]:
    """Read scalars off what an experiment has left.

    Args:
        folder: Work directory of the experiment.
        arms: Names of arms; the curve of each is the mean over its seeds.
        scalars: By the name to give it, what the logs call it; of several names the first
            that a log has counts (cross-entropy is a loss of its own, or part of another).
        last_step: Leave out what comes after it.

    Returns:
        By name of a scalar and arm the steps and the means over the seeds.

    Raises:
        InputError: If a run has no log, or one without the scalar.
    """
    logs = {arm: [_rows(run) for run in run_folders(folder, arm).values()] for arm in arms}
    return {
        name: {arm: _mean_curve(logs[arm], names, last_step, f'{folder}: {arm}') for arm in arms}
        for name, names in scalars.items()
    }


def _mean_curve(
    runs: Sequence[Sequence[tuple[int, dict[str, float]]]],
    names: Sequence[str],
    last_step: int | None,
    source: str,
) -> Line:
    curves = []
    for run in runs:
        logged = next((name for name in names if any(name in row for _, row in run)), None)
        if logged is None:
            raise InputError(f'{source}: the log has none of {", ".join(names)}')
        curves.append({step: row[logged] for step, row in run if logged in row})
    common = sorted(set.intersection(*map(set, curves)))
    shown = [step for step in common if last_step is None or step <= last_step]
    return shown, [mean(curve[step] for curve in curves) for step in shown]


def _lines(logs: Sequence[Path]) -> Iterator[tuple[Path, int, str]]:
    for log in logs:
        try:
            text = log.read_text(encoding='utf-8')
        except (OSError, ValueError) as error:
            raise InputError(f'{log}: cannot be read ({error})') from error
        for number, line in enumerate(text.splitlines(), start=1):
            yield log, number, line


def _rows(run: Path) -> list[tuple[int, dict[str, float]]]:
    """Every line of a run's log with the step that it was written at."""
    logs = sorted(run.glob('*/vis_data/scalars.json'))  # a resumed run has several
    if not logs:
        raise InputError(f'{run}: no vis_data/scalars.json')
    rows, step = [], 0
    for log, number, line in _lines(logs):
        try:
            row = json.loads(line)
            if not isinstance(row, dict) or not isinstance(row.get('iter', step), int):
                raise ValueError('not a table of numbers with a whole step')
            wrong = [name for name, value in row.items() if not isinstance(value, int | float)]
            if wrong:
                raise ValueError(f'{wrong[0]} is no number')
        except (ValueError, RecursionError) as error:
            raise InputError(f'{log}, line {number}: {printable(str(error))}') from error
        # Only training counts steps; a validation comes after as many as there were before it.
        step = row.get('iter', step)
        rows.append((step, row))
    return rows


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('work_dir', type=Path, help='of the experiment')
    parser.add_argument('figure', type=Path, help='picture to write')
    parser.add_argument('--arms', nargs='+', required=True)
    parser.add_argument('--scalars', nargs='+', default=['loss'], help='a panel each (loss)')
    parser.add_argument('--last-step', type=int, help='default: all steps')
    parser.add_argument('--log', action='store_true', help='values on logarithmic axes')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    named = [scalar.rpartition('=') for scalar in args.scalars]
    curves = training_curves(
        args.work_dir,
        arms=args.arms,
        scalars={name or names: names.split(',') for name, _, names in named},
        last_step=args.last_step,
    )
    figure = lines_figure(curves, axis='step', log='y' if args.log else '')
    figure.savefig(args.figure, dpi=100)


if __name__ == '__main__':
    main()
