"""Try hostile files, kills, interruptions and several processes; count what comes of it.

Prints a table of what is promised, the cases tried and the faults; ends with status 1 where there
is a fault, and keeps the files of that area. docs/reliability.md holds the table of a full run:

    python tools/reliability.py FOLDER --document docs/reliability.md
"""

import argparse
import functools
import sys
from pathlib import Path
from typing import Any

TRAIN = Path(__file__).parent / 'train.py'
TEST = Path(__file__).parent / 'test.py'
CONFIG = (
    Path(__file__)
    .parents[1]
    .joinpath('configs/toy/cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py')
)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('folder', type=Path, help='for data and runs; must be empty or new')
    parser.add_argument('--areas', nargs='+', help='some of the areas; all without')
    parser.add_argument('--smoke', action='store_true', help='few cases of each area')
    parser.add_argument('--seed', type=int, default=0, help='of damage and moments')
    parser.add_argument('--document', type=Path, help='a Markdown file whose table is replaced')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(lambda: run(args))()


def show_progress(progress: Any, task: Any, tried: int) -> None:
    """Say how many cases of an area have been tried."""
    progress.update(task, completed=tried)


def run(args: argparse.Namespace) -> None:
    """Run the campaigns that the command line asks for."""
    import shutil

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from par_plugins.apis.published_results import put_table
    from par_plugins.structures import InputError
    from par_plugins.testing.reliability import campaigns, outcome_table

    chosen = campaigns(TRAIN, TEST, CONFIG)
    for area in set(args.areas or ()) - set(chosen):
        raise InputError(f'--areas {area}: there are {", ".join(chosen)}')
    if args.document and args.smoke:
        raise InputError('--document takes the rows of full campaigns: leave --smoke out')
    if args.folder.exists() and any(args.folder.iterdir()):
        raise InputError(f'{args.folder} is not empty')
    tallies = {}
    columns = (TextColumn('{task.description}'), BarColumn(), MofNCompleteColumn())
    with Progress(*columns) as progress:
        for area, campaign in chosen.items():
            if args.areas and area not in args.areas:
                continue
            count = campaign.smoke if args.smoke else campaign.full
            task = progress.add_task(area, total=count)
            show = functools.partial(show_progress, progress, task)
            tallies[area] = campaign.run(args.folder / area, count, args.seed, show)
            if not tallies[area].faults:
                shutil.rmtree(args.folder / area)
            if args.document:  # after each area: a later one may be interrupted
                text = args.document.read_text(encoding='utf-8')
                table = outcome_table(chosen, tallies, before=text)
                put_table(args.document, table, name='reliability')
    print(outcome_table(chosen, tallies))
    for area, tally in tallies.items():
        for number, fault in tally.faults.items():
            print(f'{area} {number}: {fault}')
    sys.exit(any(tally.faults for tally in tallies.values()))


if __name__ == '__main__':
    main()
