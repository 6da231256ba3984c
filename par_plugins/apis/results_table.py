"""Tables of results, made from what runs have written."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean, stdev

from par_plugins.structures import InputError

MARKS = '<!-- results: begin -->', '<!-- results: end -->'


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
    runs: dict[str, dict[int, dict[str, float]]] = defaultdict(dict)
    for path in paths:
        try:
            run = json.loads(Path(path).read_text())
            config, seed, found = run['config'], run['seed'], run['scores']
            values = {name: float(found[name]) for name in scores}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f'{path}: not the scores of a run ({type(error).__name__}: {error})'
            ) from error
        if seed in runs[config]:
            raise InputError(f'{path}: seed {seed} of {config} is there twice')
        runs[config][seed] = values
    lines = [
        '| config | seeds | ' + ' | '.join(name.rpartition('/')[2] for name in scores) + ' |',
        '|---|---|' + '---|' * len(scores),
    ]
    for config, seeds in sorted(runs.items()):
        cells = [_spread([values[name] for values in seeds.values()]) for name in scores]
        lines.append(f'| {config} | {len(seeds)} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines)


def between_marks(text: str, table: str, *, source: str) -> str:
    """A text with its table replaced.

    Args:
        text: Text with both of :data:`MARKS`.
        table: The new table.
        source: Where the text comes from, for the message.

    Raises:
        InputError: If a mark is missing.
    """
    begin, end = MARKS
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise InputError(f'{source}: no place for a table between {begin} and {end}')
    return f'{before}{begin}\n{table}\n{end}{after}'


def _spread(values: Sequence[float]) -> str:
    if len(values) == 1:
        return f'{values[0]:.2f}'
    return f'{mean(values):.2f} ± {stdev(values):.2f}'
