"""Check a dataset on disk: annotation, images, labels. Exit status 1: something is wrong."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from par_plugins.apis.check_dataset import DatasetReport


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument('name', help='dataset as it is registered: PA100K, PETA, RAPv1, ...')
    parser.add_argument('root', help='folder of its files')
    parser.add_argument('--splits', nargs='+', default=(), help='splits to look at, else all')
    parser.add_argument(
        '--options',
        nargs='+',
        default=(),
        metavar='KEY=VALUE',
        help='arguments of the dataset, e.g. split_index=2 attribute_set=all',
    )
    parser.add_argument('--no-images', action='store_true', help='read no image')
    parser.add_argument('--threads', type=int, default=8, help='images read at a time')
    parser.add_argument(
        '--figures', type=Path, help='folder for pictures of ratios, co-occurrence, correlation'
    )
    parser.add_argument('--show', type=int, default=10, help='how many bad images to name')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.apis.check_dataset import check_dataset
    from par_plugins.apis.key_values import key_values
    from par_plugins.structures import printable

    console = Console(markup=False, emoji=False)
    columns = (TextColumn('images'), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task('images', total=None)
        report = check_dataset(
            args.name,
            args.root,
            splits=args.splits,
            options=key_values(args.options, '--options'),
            read_images=not args.no_images,
            num_threads=args.threads,
            on_start=lambda total: progress.update(task, total=total),
            on_image=lambda: progress.advance(task),
        )
    if report.labels:
        console.print(ratio_table(report))
    if args.figures and report.labels:
        draw_figures(report, args.figures)
    for note in report.notes:
        print(f'note: {printable(note)}')
    for sentence in list(report.unreadable.values())[: args.show]:
        print(f'image: {printable(sentence)}')
    for problem in report.problems:
        print(f'problem: {printable(problem)}')
    counts = ', '.join(f'{size} {split}' for split, size in report.sizes.items()) or 'none'
    print(f'images: {counts}; {len(report.problems) or "no"} problems')
    sys.exit(1 if report.problems else 0)


def ratio_table(report: 'DatasetReport') -> Table:
    from par_plugins.structures import shown_name

    table = Table('attribute', title='percent positive among the known labels')
    for split, size in report.sizes.items():
        table.add_column(f'{split} ({size})', justify='right')
    names = next(iter(report.labels.values())).names
    for row, name in enumerate(names):
        table.add_row(
            shown_name(name), *(f'{100 * of.ratios[row]:.2f}' for of in report.labels.values())
        )
    return table


def draw_figures(report: 'DatasetReport', folder: Path) -> None:
    from par_plugins.visualization.co_occurrence_figure import (
        co_occurrence_figure,
        correlation_figure,
    )
    from par_plugins.visualization.positive_ratio_figure import positive_ratio_figure

    folder.mkdir(parents=True, exist_ok=True)
    names = next(iter(report.labels.values())).names
    ratios = {split: labels.ratios for split, labels in report.labels.items()}
    positive_ratio_figure(names, ratios).savefig(folder / 'ratios.png', dpi=150)
    for split, labels in report.labels.items():
        figure = co_occurrence_figure(names, labels.co_occurrence)
        figure.savefig(folder / f'co_occurrence_{split}.png', dpi=150)
        figure = correlation_figure(names, labels.correlation)
        figure.savefig(folder / f'correlation_{split}.png', dpi=150)
    print(f'Drew ratios, co-occurrence and correlation on {folder}.')


if __name__ == '__main__':
    main()
