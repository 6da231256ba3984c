"""Run an experiment: every arm with every seed, then the table that compares them.

What has been run is not run again, so that an interrupted experiment goes on where it stopped.
"""

import argparse
import json
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from par_plugins.apis import stop_on_input_error
from par_plugins.apis.experiment import Experiment
from par_plugins.apis.results_table import between_marks
from par_plugins.visualization import comparison_figure


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('experiment', type=Path, help='YAML file, see configs/dai')
    parser.add_argument('--work-dir', type=Path, help='default: work_dirs/<name>')
    parser.add_argument('--jobs', type=int, default=1, help='trainings at once')
    parser.add_argument(
        '--finished',
        action='store_true',
        help='run nothing, and compare the runs that are finished in all arms',
    )
    parser.add_argument(
        '--publish',
        type=Path,
        metavar='STUDY',
        help='also write the scores to results/<name>.json of this folder, and the table to its '
        'place in the README there',
    )
    parser.add_argument('--figure', type=Path, help='also draw the arms here (PNG)')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    experiment = Experiment.read(args.experiment)
    work_dir = args.work_dir or Path('work_dirs', experiment.name)
    if args.finished:
        runs = experiment.finished(work_dir)
    else:
        columns = (TextColumn('runs'), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns) as progress:
            task = progress.add_task('runs', total=experiment.num_runs)
            runs = experiment.run(
                work_dir, jobs=args.jobs, on_run=lambda *_: progress.advance(task)
            )
    table = experiment.table(runs)
    print(table)
    if args.figure:
        figure = comparison_figure(runs, baseline=experiment.baseline, scores=experiment.scores)
        figure.savefig(args.figure, dpi=100)
    if args.publish:
        readme = args.publish / 'README.md'
        text = between_marks(
            readme.read_text(encoding='utf-8'), table, source=str(readme), name=experiment.name
        )
        results = args.publish / 'results' / f'{experiment.name}.json'
        results.parent.mkdir(exist_ok=True)
        content = {'baseline': experiment.baseline, 'scores': experiment.scores, 'runs': runs}
        results.write_text(json.dumps(content, indent=1) + '\n', encoding='utf-8')
        readme.write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main()
