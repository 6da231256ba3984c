"""Draw how well attributes are predicted against their share of positives (DAI, figure 1).

    python -m projects.paper_studies.dai.scores_by_share \\
        work_dirs/pedestrians/folds/cross-entropy --name scores_by_share \\
        --figure projects/paper_studies/dai/scores_by_share.png

The folders are those of arms of ``pedestrians.compare``: all pictures of a seed, each predicted by
the network that was trained without it. The table goes between the marks of its name in the README
of this folder.
"""

import argparse
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from par_plugins.apis import stop_on_input_error
from par_plugins.apis.published_results import put_table
from par_plugins.apis.results_table import spread
from par_plugins.evaluation.functional import attribute_scores
from par_plugins.evaluation.functional.attribute_scores import RATIO_GROUPS
from par_plugins.structures import InputError
from projects.paper_studies.lines_figure import Line, lines_figure
from projects.paper_studies.pedestrians.compare import predicted

README = Path(__file__).with_name('README.md')
SCORES = ('mA', 'accuracy', 'precision', 'recall', 'F1')


def scores_of_attributes(probabilities: ArrayLike, targets: ArrayLike) -> dict[str, np.ndarray]:
    """Score each attribute by itself, at a threshold of 0.5.

    Args:
        probabilities: ``(N, A)``.
        targets: ``(N, A)`` of 0 and 1.

    Returns:
        ``(A,)`` in percent: ``share`` of positives, ``mA``, and the ``accuracy``, ``precision``,
        ``recall`` and ``F1`` of one attribute's answers. A precision without an answer yes is NaN,
        and an F1 without one 0.
    """
    rows: list[dict[str, Any]] = attribute_scores(probabilities, targets)['per_attribute']
    share, recall, tnr = (np.array([row[key] for row in rows]) for key in ('ratio', 'tpr', 'tnr'))
    hits, false = share * recall, (1 - share) * (100 - tnr)
    with np.errstate(invalid='ignore'):
        precision = 100 * hits / (hits + false)
    return {
        'share': 100 * share,
        'mA': np.array([row['mA'] for row in rows]),
        'accuracy': hits + (1 - share) * tnr,
        'precision': precision,
        'recall': recall,
        'F1': 200 * hits / (hits + false + 100 * share),
    }


def scores_by_share(folder: Path) -> dict[str, np.ndarray]:
    """Score the attributes by what an arm's networks predict of pictures they were not trained on.

    Args:
        folder: Of the runs ``seed_<number>_fold_<number>``; the folds of a seed are joined.

    Returns:
        ``(S, A)`` for S seeds: see :func:`scores_of_attributes`. Attributes that all pictures
        have, or none, are left out.

    Raises:
        InputError: If there is no run, or the seeds have not the same folds.
    """
    runs: dict[str, dict[str, Path]] = defaultdict(dict)
    for path in sorted(folder.glob('seed_*_fold_*/probabilities.npz')):
        seed, _, fold = path.parent.name.partition('_fold_')
        runs[seed][fold] = path.parent
    if len({tuple(folds) for folds in runs.values()}) != 1:
        raise InputError(f'{folder}: {len(runs)} seeds, which must be of the same folds')
    of_seeds = []
    for folds in runs.values():
        probabilities, targets = zip(*map(predicted, folds.values()), strict=True)
        of_seeds.append(
            scores_of_attributes(np.concatenate(probabilities), np.concatenate(targets))
        )
    table = {name: np.stack([scores[name] for scores in of_seeds]) for name in of_seeds[0]}
    scored = ~np.isnan(table['mA']).any(0)
    return {name: values[:, scored] for name, values in table.items()}


def by_share(table: dict[str, np.ndarray], score: str) -> Line:
    """Mean over the seeds of a score, and its spread, against the share of positives.

    Args:
        table: From :func:`scores_by_share`; a score that any seed lacks is not drawn.
        score: Its name.
    """
    shares, values = table['share'][0], table[score]
    order = np.argsort(shares, kind='stable')
    spreads = values.std(0, ddof=1) if len(values) > 1 else np.zeros(len(shares))
    return shares[order].tolist(), values.mean(0)[order].tolist(), spreads[order].tolist()


def groups_table(arms: dict[str, dict[str, np.ndarray]]) -> str:
    """Mean scores of attributes with few, medium and many positives, as Markdown.

    Args:
        arms: Tables of :func:`scores_by_share` by name of the arm.

    Returns:
        A row an arm and group: mean ± sample standard deviation over the seeds. Precisions are
        of the attributes that every seed has answered with yes.
    """
    lines = ['| arm | positives | attributes | ' + ' | '.join(SCORES) + ' |', '|---' * 8 + '|']
    for arm, table in arms.items():
        below = 100.0
        for group, smallest in RATIO_GROUPS.items():
            shares = table['share'][0]
            members = (shares >= 100 * smallest) & (shares < below)
            words = f'{group} ({100 * smallest:g} to {below:g} %)'
            below = 100 * smallest
            if members.any():
                cells = [spread(_means(table[score][:, members])) for score in SCORES]
                lines.append(f'| {arm} | {words} | {members.sum()} | {" | ".join(cells)} |')
    return '\n'.join(lines)


def _means(values: np.ndarray) -> list[float]:
    """Mean of each seed over the attributes that all seeds have."""
    defined = values[:, ~np.isnan(values).any(0)]
    return defined.mean(1).tolist() if defined.size else [float('nan')]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('arms', type=Path, nargs='+', help='folders of their runs')
    parser.add_argument('--figure', type=Path, help='picture to write')
    parser.add_argument('--name', help='of the marks in the README to put the table between')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    arms = {folder.name: scores_by_share(folder) for folder in args.arms}
    table = groups_table(arms)
    print(table)
    if args.name:
        put_table(README, table, name=args.name)
    if args.figure:
        panels = {
            score: {arm: by_share(scores, score) for arm, scores in arms.items()}
            for score in SCORES
        }
        axis = 'share of positives, percent'
        figure = lines_figure(panels, axis=axis, log='x', style='o', size=(2.9, 3.2))
        figure.savefig(args.figure, dpi=90)


if __name__ == '__main__':
    main()
