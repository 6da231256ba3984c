"""Show what the sampler of a config would draw: in a table, and as pictures. Opens no image."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from par_runtime.run_options import RUNNER_OPTIONS

if TYPE_CHECKING:
    from par_plugins.apis.preview_sampler import DAITradeOff, SamplerPreview
    from par_plugins.datasets.samplers import ResampledLabels


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, parents=[RUNNER_OPTIONS])
    parser.add_argument('--out', type=Path, help='folder for the pictures (default: the work dir)')
    parser.add_argument(
        '--caps',
        nargs='+',
        type=int,
        default=argparse.SUPPRESS,
        help="of DAI's trade-off: the most that an image is drawn, in place of the usual ones",
    )
    parser.add_argument(
        '--sizes',
        nargs='+',
        type=float,
        default=argparse.SUPPRESS,
        help="of DAI's trade-off: shares of the images, in place of the usual ones",
    )
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.apis import load_config
    from par_plugins.apis.preview_sampler import (
        build_training_loader,
        dai_trade_off,
        preview_sampler,
    )
    from par_plugins.datasets.samplers import DAISampler
    from par_plugins.visualization.dai_trade_off_figure import dai_trade_off_figure
    from par_plugins.visualization.resampled_labels_figure import resampled_labels_figure

    cfg = load_config(args, work_dir='{config}/sampler')
    folder = args.out or Path(cfg.work_dir)
    folder.mkdir(parents=True, exist_ok=True)
    loader = build_training_loader(cfg)
    preview = preview_sampler(loader)
    console = Console(markup=False, emoji=False)
    console.print(ratio_table(preview))
    console.print(draw_table(preview))
    figure = resampled_labels_figure(counted(preview), title=preview.sampler)
    figure.savefig(folder / 'sampler.png', dpi=150)
    if isinstance(loader.sampler, DAISampler):
        asked = {name: getattr(args, name) for name in ('sizes', 'caps') if name in args}
        found = dai_trade_off(loader.sampler, **asked)
        console.print(trade_off_table(found))
        figure = dai_trade_off_figure(
            found.sizes, found.caps, found.objectives, chosen=found.chosen
        )
        figure.savefig(folder / 'dai_trade_off.png', dpi=150)
    print(f'Drew the pictures in {folder}.')


def counted(preview: 'SamplerPreview') -> 'dict[str, ResampledLabels]':
    """The ways to count, by name."""
    ways = {'draws': preview.draws}
    return ways | {'whole epoch': preview.epoch} if preview.whole_set_follows else ways


def ratio_table(preview: 'SamplerPreview') -> Table:
    from par_plugins.structures import shown_name

    ways = counted(preview)
    table = Table('attribute', title=f'{preview.sampler}: percent positive among the known labels')
    for heading in ('before', *ways):
        table.add_column(heading, justify='right')
    columns = [preview.draws.proportions_before, *(way.proportions_after for way in ways.values())]
    for name, *ratios in zip(preview.draws.column_names, *columns, strict=True):
        table.add_row(shown_name(name), *(f'{100 * ratio:.2f}' for ratio in ratios))
    return table


def draw_table(preview: 'SamplerPreview') -> Table:
    kind = 'in the mean of the epochs' if preview.planned else 'in the first epoch'
    table = Table('', title=f'what is drawn from {len(preview.draws.weights):,} images, {kind}')
    headings = ('number', 'different images', 'largest repeat', 'effective sample size')
    for heading in headings:
        table.add_column(heading, justify='right')
    for name, way in counted(preview).items():
        table.add_row(
            name,
            f'{way.size:,}',
            f'{way.share_drawn:.1%}',
            f'{way.largest_repeat:.4g}',
            f'{way.effective_sample_size:.1%}',
        )
    return table


def trade_off_table(trade_off: 'DAITradeOff') -> Table:
    size, repeat, objective = trade_off.chosen
    table = Table('draws', title='imbalance that is left (DAI objective), by cap')
    table.caption = f'the sampler: {size:,} draws, at most {repeat:.4g} an image, {objective:.4f}'
    for cap in trade_off.caps:
        table.add_column(f'{cap:g}', justify='right')
    for size, line in zip(trade_off.sizes, trade_off.objectives, strict=True):
        table.add_row(f'{size:,}', *('-' if value != value else f'{value:.4f}' for value in line))
    return table


if __name__ == '__main__':
    main()
