"""Scalars over the steps of the runs of an experiment."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean

from par_plugins.structures import InputError, printable

Curves = Mapping[str, Mapping[str, Mapping[int, float]]]
"""By name of a scalar, arm and step: the mean over the seeds."""


def training_curves(
    folder: str | Path,
    *,
    arms: Sequence[str],
    seeds: Sequence[int],
    scalars: Mapping[str, Sequence[str]],
    last_step: int | None = None,
) -> Curves:
    """Read scalars off what an experiment has left.

    Args:
        folder: Work directory of the experiment.
        arms: Names of arms.
        seeds: Their seeds; the curve of an arm is the mean over them.
        scalars: By the name to give it, what the logs call it; of several names the first
            that a log has counts (cross-entropy is a loss of its own, or part of another).
        last_step: Leave out what comes after it.

    Raises:
        InputError: If a run has no log, or one without the scalar.
    """
    logs = {arm: [_rows(Path(folder, arm, f'seed_{seed}')) for seed in seeds] for arm in arms}
    return {
        name: {arm: _mean_curve(logs[arm], names, last_step, f'{folder}: {arm}') for arm in arms}
        for name, names in scalars.items()
    }


def _mean_curve(
    runs: Sequence[Sequence[tuple[int, dict[str, float]]]],
    names: Sequence[str],
    last_step: int | None,
    source: str,
) -> dict[int, float]:
    curves = []
    for run in runs:
        found = next((name for name in names if any(name in row for _, row in run)), None)
        if found is None:
            raise InputError(f'{source}: the log has none of {", ".join(names)}')
        curves.append({step: row[found] for step, row in run if found in row})
    common = sorted(set.intersection(*map(set, curves)))
    shown = [step for step in common if last_step is None or step <= last_step]
    return {step: mean(curve[step] for curve in curves) for step in shown}


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
            wrong = [x for x, value in row.items() if not isinstance(value, int | float)]
            if wrong:
                raise ValueError(f'{wrong[0]} is no number')
        except (ValueError, RecursionError) as error:
            raise InputError(f'{log}, line {number}: {printable(str(error))}') from error
        # Only training counts steps; a validation comes after as many as there were before it.
        step = row.get('iter', step)
        rows.append((step, row))
    return rows
