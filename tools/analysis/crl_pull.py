"""How hard class rectification pulls beside cross-entropy, by the features of a trained model.

    tools/analysis/crl_pull.py CONFIG CHECKPOINT

Lengths of the gradients of all designs of TPAMI 2019 in units of that of cross-entropy, for the
weights as they are drawn and for those of the checkpoint, on training images without augmentation.
The table goes between the marks crl_pull of a Markdown file.
"""

import argparse
from pathlib import Path

from par_plugins.apis import (
    RUNNER_OPTIONS,
    build_predictor,
    build_runner,
    load_config,
    stop_on_input_error,
)
from par_plugins.apis.crl_study import pull_table, rectification_pull
from par_plugins.apis.results_table import between_marks
from par_plugins.engine.training_features import training_features


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        parents=[RUNNER_OPTIONS],
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('checkpoint', help='weights after training')
    parser.add_argument('--batches', type=int, default=20, help='the mean over which is printed')
    parser.add_argument('--into', type=Path, help='Markdown file with marks to put the table into')
    return parser.parse_args()


@stop_on_input_error
def main() -> None:
    args = parse_args()
    cfg = load_config(args, work_dir='{config}')
    cfg.default_hooks.checkpoint = None  # nothing is trained
    pulls = {}
    for name, checkpoint in (('at the start', None), ('trained', args.checkpoint)):
        runner = build_predictor(cfg, checkpoint) if checkpoint else build_runner(cfg)
        if not checkpoint:
            runner.model.init_weights()
        runner.model.eval()
        pulls[name] = rectification_pull(
            runner.model.head,
            *training_features(runner),
            batch_size=cfg.train_dataloader.batch_size,
            num_batches=args.batches,
        )
    table = pull_table(pulls)
    print(table)
    if args.into:
        text = between_marks(
            args.into.read_text(encoding='utf-8'), table, source=str(args.into), name='crl_pull'
        )
        args.into.write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main()
