"""Tables of results, made from what runs have written."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean, stdev

from par_plugins.apis.run_scores import RunScores
from par_plugins.structures import InputError, printable

RESULTS = 'results'
"""Name of the place of the table of a README that has one."""


def results_table(paths: Iterable[str | Path], *, scores: Sequence[str]) -> str:
    """Means and sample standard deviations over seeds, a row a config.

    Args:
        paths: ``test_scores.json`` files that runs have left.
        scores: Names of the scores to show, such as ``attribute/mA``.

    Returns:
        A Markdown table.

    Raises:
        InputError: If a file is not such a file, lacks a score, or repeats a config and seed.
    """
    runs: dict[str, dict[int | None, dict[str, float]]] = defaultdict(dict)
    for path in paths:
        run = RunScores.read(path)
        config = printable(run.config).replace('|', '\\|')
        if run.seed in runs[config]:
            raise InputError(f'{path}: seed {run.seed} of {config} is there twice')
        runs[config][run.seed] = {name: run.score(name, source=path) for name in scores}
    lines = [
        '| config | seeds | ' + ' | '.join(map(column_name, scores)) + ' |',
        '|---|---|' + '---|' * len(scores),
    ]
    for config, seeds in sorted(runs.items()):
        cells = [spread([values[name] for values in seeds.values()]) for name in scores]
        lines.append(f'| {config} | {len(seeds)} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def marks(name: str) -> tuple[str, str]:
    """What stands before and behind the table of this name in a Markdown file."""
    return f'<!-- {name}: begin -->', f'<!-- {name}: end -->'


def between_marks(text: str, table: str, *, source: str, name: str = RESULTS) -> str:
    """A text with one of its tables replaced.

    Args:
        text: Text with both of the table's :func:`marks`.
        table: The new table.
        source: Where the text comes from, for the message.
        name: Of the table.

    Raises:
        InputError: If a mark is missing.
    """
    begin, end = marks(name)
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise InputError(f'{source}: no place for a table between {begin} and {end}')
    return f'{before}{begin}\n{table}\n{end}{after}'


def column_name(score: str) -> str:
    """A score's name without the field it is of, but with its protocol: ``tuned_f1/mA``."""
    return score.partition('/')[2] or score


def spread(
    values: Sequence[float], *, sign: str = '', digits: int = 2, standard_error: bool = False
) -> str:
    """Mean ± sample standard deviation, or the only value; ``undefined`` where one of them is NaN.

    Args:
        values: At least one.
        sign: ``+`` to write the sign of a mean above 0 too.
        digits: After the point.
        standard_error: Give that of the mean in place of the standard deviation.
    """
    if any(map(math.isnan, values)):
        return 'undefined'
    middle = f'{mean(values):{sign}.{digits}f}'
    if len(values) == 1:
        return middle
    deviation = stdev(values) / (len(values) ** 0.5 if standard_error else 1)
    return f'{middle} ± {deviation:.{digits}f}'
