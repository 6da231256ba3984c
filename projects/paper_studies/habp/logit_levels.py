"""Where the logits of categorical attributes are on test images, and how far they are apart.

    python -m projects.paper_studies.habp.logit_levels CONFIG NAME=CHECKPOINT [NAME=CHECKPOINT ...]

A softmax does not see where they are: what deactivation does to that alone changes no prediction.
Checkpoints of one name are averaged. With ``--publish`` the table goes between the marks
logit_levels of the README of this folder.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import torch
from mmengine.runner import Runner
from rich.progress import track

from par_plugins.apis import RUNNER_OPTIONS, build_predictor, load_config, stop_on_input_error
from par_plugins.apis.published_results import put_table
from par_plugins.apis.results_table import spread
from par_plugins.structures import InputError

README = Path(__file__).with_name('README.md')


def logit_levels(runner: Runner) -> tuple[float, float]:
    """Where a model's logits of categorical attributes are, and how far they are apart.

    A softmax sees the second alone: a shift of all logits changes no prediction.

    Args:
        runner: See ``build_predictor``.

    Returns:
        Means over test images and categorical attributes of the mean, and of the standard
        deviation, over the attribute's values.

    Raises:
        InputError: If there is no categorical attribute.
    """
    model, levels, spreads = runner.model, [], []
    schema = model.head.layout.schema
    pairs = zip(schema.logit_slices, schema.binary, strict=True)
    parts = [part for part, binary in pairs if not binary]
    if not parts:
        raise InputError(f'no attribute is categorical: {schema}')
    for batch in runner.test_loop.dataloader:
        with torch.inference_mode():
            data = model.data_preprocessor(batch, training=False)
            logits = model.head(model.extract_feat(data['inputs']))
        for part in parts:
            levels.append(logits[:, part].mean(dim=1))
            spreads.append(logits[:, part].std(dim=1, correction=0))
    return torch.cat(levels).mean().item(), torch.cat(spreads).mean().item()


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        parents=[RUNNER_OPTIONS],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('checkpoints', nargs='+', metavar='NAME=CHECKPOINT')
    parser.add_argument('--publish', action='store_true', help='put the table into the README')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    levels_of = defaultdict(list)
    for argument in track(args.checkpoints, 'checkpoints'):
        name, equals, checkpoint = argument.rpartition('=')
        if not equals:
            raise InputError(f'{argument!r} is not NAME=CHECKPOINT')
        cfg = load_config(args, work_dir='{config}')
        cfg.default_hooks.checkpoint = None  # nothing is trained
        levels_of[name].append(logit_levels(build_predictor(cfg, checkpoint)))
    lines = ['| | runs | mean of the logits | their deviation |', '|---|---|---|---|']
    for name, runs in levels_of.items():
        cells = [spread(values) for values in zip(*runs, strict=True)]
        lines.append(f'| {name} | {len(runs)} | {" | ".join(cells)} |')
    table = '\n'.join(lines)
    print(table)
    if args.publish:
        put_table(README, table, name='logit_levels')


if __name__ == '__main__':
    main()
