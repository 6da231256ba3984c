"""Train leaves with the same seeds, and compare what they score.

The last weights are tested, so that all leaves have made the same number of steps; differences to
the baseline are paired by seed. What has been run is not run again, so that an interrupted
experiment goes on where it stopped.

    tools/experiment.py configs/toy/{cross-entropy,dai}_resnet18_*.py --seeds 0 1 2 \\
        --scores attribute/mA attribute/f1 --jobs 2
"""

import argparse
import shlex
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from par_runtime.installed_files import leaf_path
from par_runtime.run_options import CFG_OPTIONS, figure_path

if TYPE_CHECKING:
    from mmengine.config import Config


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[CFG_OPTIONS],
    )
    parser.add_argument(
        'leaves', nargs='+', type=leaf, help='configs or names of leaves, an arm of the table each'
    )
    parser.add_argument('--seeds', nargs='+', type=int, default=[0], help='default: 0')
    parser.add_argument('--scores', nargs='+', required=True, help='such as attribute/mA')
    parser.add_argument(
        '--tune',
        nargs='+',
        metavar=('KEY', 'VALUE'),
        help='an option whose value each leaf chooses by the first score on --tune-split, with the '
        'first seed: optim_wrapper.optimizer.lr 0.001 0.002 0.004',
    )
    parser.add_argument('--tune-split', default='val', help='default: %(default)s')
    parser.add_argument('--baseline', type=leaf, help='a leaf; default: the first one')
    parser.add_argument('--work-dir', type=Path, default=Path('work_dirs/experiment'))
    parser.add_argument('--jobs', type=int, default=1, help='trainings at once')
    parser.add_argument(
        '--publish',
        type=Path,
        help='also write runs and scores to this JSON, and the table into a README with its marks',
    )
    parser.add_argument('--figure', type=figure_path, help='also draw the arms here (PNG)')
    parser.add_argument(
        '--commands',
        action='store_true',
        help="train nothing; print a command for each run, for a cluster's own queue",
    )
    return parser.parse_args()


def leaf(name: str) -> Path:
    """The file of a leaf."""
    return Path(leaf_path(name))


def main() -> None:
    args = parse_args()
    with redirect_stdout(sys.stderr):  # packages that print when they are imported
        from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.apis.comparison_table import comparison_table
    from par_plugins.apis.experiment import Training, check_scores, scores_of, train_all
    from par_plugins.apis.published_results import named_as_before, publish
    from par_plugins.apis.tuning import with_option
    from par_plugins.structures import InputError
    from par_plugins.visualization import comparison_figure

    baseline = args.baseline or args.leaves[0]
    leaves = {path.stem: path for path in args.leaves}
    if len(leaves) < len(args.leaves):
        raise InputError('two of the leaves have one name, which would be one arm of the table')
    if baseline.stem not in leaves:
        raise InputError(f'--baseline {baseline}: is not among the leaves')
    for name, numbers in (('seeds', args.seeds), ('jobs', [args.jobs])):
        if min(numbers) < (name == 'jobs') or len(set(numbers)) < len(numbers):
            raise InputError(f'--{name} {" ".join(map(str, numbers))}: not such numbers')
    if args.commands and args.tune:
        raise InputError('--commands prints one command a run: --tune has to see its trials first')
    if args.commands:
        print('\n'.join(commands(args)))
        return
    configs = {name: read(path, args) for name, path in leaves.items()}
    check_scores(configs, args.scores)
    chosen: dict[str, float] = {}
    if args.tune:
        chosen = tune(args, configs)
        configs = {name: with_option(configs[name], args.tune[0], chosen[name]) for name in configs}
    trainings = {
        name: {
            str(seed): Training(config, args.work_dir / name / f'seed_{seed}', seed)
            for seed in args.seeds
        }
        for name, config in configs.items()
    }
    in_order = [of_leaf[str(seed)] for seed in args.seeds for of_leaf in trainings.values()]
    train_all(in_order, jobs=args.jobs)
    runs = scores_of(trainings, args.scores)
    print(comparison_table(runs, baseline=baseline.stem, scores=args.scores))
    if args.figure:
        figure = comparison_figure(runs, baseline=baseline.stem, scores=args.scores)
        figure.savefig(args.figure, dpi=100)
    if args.publish:
        results = {'baseline': baseline.stem, 'scores': args.scores, 'runs': runs}
        if args.tune:
            results['tuned'] = {args.tune[0]: chosen}
        publish(args.publish, named_as_before(args.publish, results))


def tune(args: argparse.Namespace, configs: 'dict[str, Config]') -> dict[str, float]:
    """The value that each leaf chooses, which is printed."""
    from par_plugins.apis.experiment import train_all
    from par_plugins.apis.tuning import best_value, trials
    from par_plugins.structures import InputError

    key, *texts = args.tune
    try:
        values = [int(text) if text.isdecimal() else float(text) for text in texts]
    except ValueError:
        raise InputError(f'--tune {" ".join(args.tune)}: values are numbers') from None
    if not 1 < len(set(values)) == len(values):
        raise InputError(f'--tune {" ".join(args.tune)}: needs two or more different values')
    of_leaf = trials(
        configs,
        key,
        values,
        split=args.tune_split,
        folder=args.work_dir,
        seed=args.seeds[0],
    )
    in_order = [trial for of_config in of_leaf.values() for trial in of_config.values()]
    train_all(in_order, jobs=args.jobs, title='trials')
    chosen = {leaf: best_value(of, args.scores[0]) for leaf, of in of_leaf.items()}
    for leaf, value in chosen.items():
        scores = {option: trial.scores() or {} for option, trial in of_leaf[leaf].items()}
        tried = ', '.join(
            f'{x:g}: {of_trial[args.scores[0]]:.2f}' for x, of_trial in scores.items()
        )
        print(f'{leaf}: {key}={value:g} ({args.scores[0]} on {args.tune_split}: {tried})')
    return chosen


def read(path: Path, args: argparse.Namespace) -> 'Config':
    """The config of a leaf with the options of all."""
    from par_plugins.apis import load_config

    options = argparse.Namespace(
        config=str(path), cfg_options=args.cfg_options, work_dir=None, launcher='none', local_rank=0
    )
    return load_config(options, work_dir='{config}')


def commands(args: argparse.Namespace) -> list[str]:
    """A command for each run; when all have ended, this tool without --commands has the table."""
    return [
        shlex.join(
            [
                *('python', __file__, str(path), '--seeds', str(seed), '--scores', *args.scores),
                *('--work-dir', str(args.work_dir)),
                *(['--cfg-options', *args.cfg_options] if args.cfg_options else []),
            ]
        )
        for seed in args.seeds
        for path in args.leaves
    ]


if __name__ == '__main__':
    main()
