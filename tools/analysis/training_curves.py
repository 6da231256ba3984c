"""Draw scalars over the steps of an experiment's runs, the mean over the seeds of each arm.

    tools/analysis/training_curves.py configs/crl/comparison_cifar100.yml curves.png \\
        --arms cross-entropy over-sampling --scalars loss attribute/balanced_accuracy

What has different names in different arms is given as NAME=one,other.
"""

import argparse
from pathlib import Path

from par_plugins.apis import stop_on_input_error
from par_plugins.apis.experiment import Experiment
from par_plugins.apis.training_curves import training_curves
from par_plugins.visualization import training_curves_figure


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('experiment', type=Path, help='YAML file that has been run')
    parser.add_argument('figure', type=Path, help='picture to write')
    parser.add_argument('--work-dir', type=Path, help='default: work_dirs/<name>')
    parser.add_argument('--arms', nargs='+', help='default: all')
    parser.add_argument('--scalars', nargs='+', default=['loss'], help='a panel each (loss)')
    parser.add_argument('--last-step', type=int, help='default: all steps')
    parser.add_argument('--log', action='store_true', help='values on logarithmic axes')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    experiment = Experiment.read(args.experiment)
    named = [scalar.rpartition('=') for scalar in args.scalars]
    curves = training_curves(
        args.work_dir or Path('work_dirs', experiment.name),
        arms=args.arms or list(experiment.arms),
        seeds=experiment.seeds,
        scalars={name or names: names.split(',') for name, _, names in named},
        last_step=args.last_step,
    )
    training_curves_figure(curves, log=args.log).savefig(args.figure, dpi=100)


if __name__ == '__main__':
    main()
