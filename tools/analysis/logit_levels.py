"""Where the logits of categorical attributes are on test images, and how far they are apart.

    tools/analysis/logit_levels.py CONFIG NAME=CHECKPOINT [NAME=CHECKPOINT ...]

A softmax does not see where they are: what deactivation does to that alone changes no prediction.
Checkpoints of one name are averaged. The table goes between the marks logit_levels of a Markdown
file.
"""

import argparse
from collections import defaultdict
from pathlib import Path

from rich.progress import track

from par_plugins.apis import RUNNER_OPTIONS, build_predictor, load_config, stop_on_input_error
from par_plugins.apis.habp_study import logit_levels
from par_plugins.apis.results_table import between_marks, spread
from par_plugins.structures import InputError


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        parents=[RUNNER_OPTIONS],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('checkpoints', nargs='+', metavar='NAME=CHECKPOINT')
    parser.add_argument('--into', type=Path, help='Markdown file with marks to put the table into')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    found = defaultdict(list)
    for argument in track(args.checkpoints, 'checkpoints'):
        name, equals, checkpoint = argument.rpartition('=')
        if not equals:
            raise InputError(f'{argument!r} is not NAME=CHECKPOINT')
        cfg = load_config(args, work_dir='{config}')
        cfg.default_hooks.checkpoint = None  # nothing is trained
        found[name].append(logit_levels(build_predictor(cfg, checkpoint)))
    lines = ['| | runs | mean of the logits | their deviation |', '|---|---|---|---|']
    for name, runs in found.items():
        cells = [spread(values) for values in zip(*runs, strict=True)]
        lines.append(f'| {name} | {len(runs)} | {" | ".join(cells)} |')
    table = '\n'.join(lines)
    print(table)
    if args.into:
        text = between_marks(
            args.into.read_text(encoding='utf-8'), table, source=str(args.into), name='logit_levels'
        )
        args.into.write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main()
