"""Compare DAI's two solvers on the labels of a config: tables, and the frontier as a picture.

The tables go between the marks ``dai_caps`` and ``dai_adam`` of a Markdown file. Opens no image.
"""

import argparse
from pathlib import Path

from par_plugins.apis import RUNNER_OPTIONS, load_config, stop_on_input_error
from par_plugins.apis.dai_study import adam_table, caps_table, dai_frontier
from par_plugins.apis.preview_sampler import build_training_loader
from par_plugins.apis.results_table import between_marks
from par_plugins.datasets.samplers import DAISampler
from par_plugins.structures import InputError
from par_plugins.visualization.dai_frontier_figure import dai_frontier_figure


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, parents=[RUNNER_OPTIONS])
    parser.add_argument('--figure', type=Path, help='picture to write')
    parser.add_argument('--into', type=Path, help='Markdown file with marks to put the tables into')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    cfg = load_config(args, work_dir='{config}')
    sampler = build_training_loader(cfg).sampler
    if not isinstance(sampler, DAISampler):
        raise InputError(f'{args.config}: the sampler is {type(sampler).__name__}, not DAISampler')
    tables = {'dai_caps': caps_table(sampler), 'dai_adam': adam_table(sampler)}
    for name, table in tables.items():
        print(f'{name}\n{table}\n')
        if args.into:
            text = args.into.read_text(encoding='utf-8')
            args.into.write_text(
                between_marks(text, table, source=str(args.into), name=name), encoding='utf-8'
            )
    if args.figure:
        frontier = dai_frontier(sampler)
        figure = dai_frontier_figure(frontier.exact, frontier.adam, chosen=frontier.chosen)
        figure.savefig(args.figure, dpi=110)


if __name__ == '__main__':
    main()
