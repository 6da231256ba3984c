"""Draw the figures of configs/habp from its results and the runs of comparison_toy.yml.

``positive_probabilities.png`` (the paper's figure 2) and, from published results alone,
``learning_rates.png`` (figure 6) and ``mnist_gains.png`` (table 3).
"""

import argparse
from pathlib import Path

from par_plugins.apis import stop_on_input_error
from par_plugins.apis.habp_study import positive_probabilities, scores_by_condition
from par_plugins.visualization.lines_figure import lines_figure

ALL_ARMS = ('cross-entropy', 'focal loss', 'HABP', 'Deact', 'HABP and Deact')
LOSSES = ('cross-entropy', 'focal loss', 'HABP')


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('runs', type=Path, help='work directory of comparison_toy.yml')
    parser.add_argument('folder', type=Path, help='where results are, and the pictures go')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    results = args.folder / 'results'
    figures = {
        'positive_probabilities': lines_figure(
            {
                arm: positive_probabilities(sorted((args.runs / arm).glob('seed_*')))
                for arm in ALL_ARMS
            },
            axes=('positive labels among the test images', 'their mean probability in percent'),
            log='x',
            style='o-',
        ),
        'learning_rates': lines_figure(
            scores_by_condition(
                results / 'learning_rate_toy.json', score='attribute/mA', arms=LOSSES
            ),
            axes=('base learning rate', 'mA in percent'),
            log='x',
            style='o-',
        ),
        'mnist_gains': lines_figure(
            scores_by_condition(
                results / 'mnist_short.json', score='attribute/label_accuracy', baseline='LeNet'
            ),
            axes=('images', 'accuracy above LeNet, percentage points'),
            log='x',
            style='o-',
        ),
    }
    for name, figure in figures.items():
        figure.savefig(args.folder / f'{name}.png', dpi=90)


if __name__ == '__main__':
    main()
