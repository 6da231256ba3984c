"""Draw the figures of the HABP study from its results and the runs of its toy comparison.

    python -m projects.paper_studies.habp.figures work_dirs/comparison_toy

``positive_probabilities.png`` (the paper's figure 2) and, from published results alone,
``learning_rates.png`` (figure 6) and ``mnist_gains.png`` (table 3), beside this file.
"""

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from par_plugins.apis import stop_on_input_error
from par_plugins.structures import InputError
from projects.paper_studies.experiment_runs import run_folders
from projects.paper_studies.lines_figure import Line, lines_figure, mean_line

FOLDER = Path(__file__).parent
METHODS = {
    'cross-entropy': 'cross-entropy',
    'focal loss': 'focal',
    'HABP': 'habp',
    'Deact': 'deact',
    'HABP and Deact': 'habp-deact',
}
"""The methods of the leaves, by the names of the lines."""
LOSSES = ('cross-entropy', 'focal loss', 'HABP')


def positive_probabilities(folders: Iterable[Path]) -> Line:
    """Mean probability of positive labels against their number (figure 2 of the HABP paper).

    Args:
        folders: Of runs of one arm, tested with ``PositiveProbabilityMetric``.

    Returns:
        Number of positives of every attribute, fewest first, the runs' mean probability, and its
        spread over the runs.

    Raises:
        InputError: If a run has no such table.
    """
    runs_of: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for folder in folders:
        path = folder / 'test_positive_probabilities.csv'
        if not path.is_file():
            raise InputError(f'{path}: no such file; test with PositiveProbabilityMetric')
        with path.open(encoding='utf-8') as file:
            for row in csv.DictReader(file):
                runs_of[row['name']].append((int(row['positives']), float(row['probability'])))
    points = []
    for runs in runs_of.values():
        (number,), (value,), (spread,) = mean_line({runs[0][0]: [value for _, value in runs]})
        points.append((number, value, spread))
    numbers, values, spreads = zip(*sorted(points), strict=True)
    return list(numbers), list(values), list(spreads)


def scores_by_condition(
    path: Path, *, score: str, arms: Sequence[str] | None = None, baseline: str | None = None
) -> dict[str, Line]:
    """Mean score of arms, and its spread, over the number that each condition is (figure 6).

    Args:
        path: Published results of an experiment whose conditions are numbers.
        score: Name of the score.
        arms: Names of the arms; None takes all, without the baseline.
        baseline: Arm whose run of the same name each score is a gain over; None has no such.

    Raises:
        InputError: If the results have no such arm, score or conditions.
    """
    try:
        runs = json.loads(path.read_text(encoding='utf-8'))['runs']
        lines: dict[str, Line] = {}
        for arm in arms or [name for name in runs if name != baseline]:
            values: dict[float, list[float]] = defaultdict(list)
            for run, scores in runs[arm].items():
                start = runs[baseline][run][score] if baseline else 0
                values[float(run.partition(',')[0].split()[1])].append(scores[score] - start)
            lines[arm] = mean_line(values)
    except (OSError, KeyError, ValueError, IndexError) as error:
        wanted = ', '.join(arms or ['any arm'])
        raise InputError(
            f'{path}: not results of {wanted} with {score} under numbered conditions '
            f'({type(error).__name__}: {error})'
        ) from error
    return lines


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('runs', type=Path, help='work directory of the toy comparison')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    results = FOLDER / 'results'
    probabilities = {
        arm: positive_probabilities(run_folders(args.runs, method).values())
        for arm, method in METHODS.items()
    }
    rates = scores_by_condition(
        results / 'learning_rate_toy.json', score='attribute/mA', arms=LOSSES
    )
    gains = scores_by_condition(
        results / 'mnist_short.json', score='attribute/label_accuracy', baseline='LeNet'
    )
    for name, axis, values, lines, style in (
        (
            'positive_probabilities',
            'positive labels among the test images',
            'their mean probability in percent',
            probabilities,
            'o',  # attributes have nothing between them
        ),
        ('learning_rates', 'base learning rate', 'mA in percent', rates, 'o-'),
        ('mnist_gains', 'images', 'accuracy above LeNet, percentage points', gains, 'o-'),
    ):
        figure = lines_figure({values: lines}, axis=axis, log='x', style=style, size=(8, 4.2))
        figure.savefig(FOLDER / f'{name}.png', dpi=90)


if __name__ == '__main__':
    main()
