"""Draw what the arms of an experiment gain for each attribute, sorted by its imbalance.

    tools/analysis/attribute_gains.py configs/crl/gain_toy.yml --figure configs/crl/gain_toy.png

Reads the test_attributes.csv of the runs of tools/experiment.py. The table goes between the marks
<name>_groups of a Markdown file.
"""

import argparse
from pathlib import Path

from par_plugins.apis import stop_on_input_error
from par_plugins.apis.attribute_gains import attribute_gains, gains_table
from par_plugins.apis.experiment import Experiment
from par_plugins.apis.results_table import between_marks
from par_plugins.visualization import attribute_gains_figure


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('experiment', type=Path, help='YAML file that has been run')
    parser.add_argument('--work-dir', type=Path, help='default: work_dirs/<name>')
    parser.add_argument('--figure', type=Path, help='picture to write')
    parser.add_argument('--into', type=Path, help='Markdown file with marks to put the table into')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    experiment = Experiment.read(args.experiment)
    found = attribute_gains(
        args.work_dir or Path('work_dirs', experiment.name),
        baseline=experiment.baseline,
        arms=[arm for arm in experiment.arms if arm != experiment.baseline],
        seeds=experiment.seeds,
    )
    table = gains_table(found)
    print(table)
    if args.into:
        name = f'{experiment.name}_groups'
        text = between_marks(
            args.into.read_text(encoding='utf-8'), table, source=str(args.into), name=name
        )
        args.into.write_text(text, encoding='utf-8')
    if args.figure:
        attribute_gains_figure(found.imbalances, found.gains).savefig(args.figure, dpi=100)


if __name__ == '__main__':
    main()
