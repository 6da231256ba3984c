"""Train a config; at the end, test what came out of it."""

import argparse
from typing import TYPE_CHECKING

from par_runtime.run_options import RUNNER_OPTIONS

if TYPE_CHECKING:
    from mmengine.config import Config


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, parents=[RUNNER_OPTIONS])
    parser.add_argument(
        '--resume',
        nargs='?',
        const='auto',
        help='continue from this checkpoint; without a path, from the last whole one there is',
    )
    parser.add_argument(
        '--amp', action='store_true', help='mixed precision: bfloat16 (CPUs too) or float16'
    )
    parser.add_argument('--compile', action='store_true', help='torch.compile, for GPUs')
    parser.add_argument(
        '--sync-bn', action='store_true', help="batch norm over all processes' images, for GPUs"
    )
    parser.add_argument(
        '--test',
        choices=['best', 'last', 'none'],
        default='best',
        help='which weights to test at the end (default: best on the validation split)',
    )
    parser.add_argument(
        '--auto-scale-lr',
        action='store_true',
        help='scale the learning rate with the batch size, from auto_scale_lr.base_batch_size',
    )
    parser.add_argument('--seed', type=int, help='in place of randomness.seed')
    parser.add_argument(
        '--deterministic', action='store_true', help='deterministic CUDA kernels, slower'
    )
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    from par_plugins.apis import stop_on_input_error

    stop_on_input_error(run)(args)


def run(args: argparse.Namespace) -> None:
    from par_plugins.apis import (
        load_config,
        own_work_directory,
        rank_of,
        train_in_mixed_precision,
    )

    cfg = load_config(args, work_dir='{config}')
    for section in ('auto_scale_lr', 'randomness'):
        cfg.setdefault(section, {})
    if args.amp:
        train_in_mixed_precision(cfg)
    if args.compile:
        cfg.setdefault('compile', True)
    if args.sync_bn:
        cfg.setdefault('sync_bn', 'torch')
    if args.auto_scale_lr:
        cfg.auto_scale_lr.enable = True
    if args.seed is not None:
        cfg.randomness.seed = args.seed
    if args.deterministic:
        cfg.randomness.deterministic = True
    with own_work_directory(cfg, rank=rank_of(cfg.launcher), resume=args.resume is not None):
        train_and_test(cfg, args)


def train_and_test(cfg: 'Config', args: argparse.Namespace) -> None:
    from par_plugins.apis import build_runner, evaluate_best, last_whole_checkpoint, train

    if args.resume:
        cfg.load_from = (
            last_whole_checkpoint(cfg.work_dir, cfg.get('run_id'))
            if args.resume == 'auto'
            else args.resume
        )
        cfg.resume = cfg.load_from is not None
        if not cfg.resume:
            print(f'{cfg.work_dir} has no whole checkpoint: training starts from the beginning')
    runner = build_runner(cfg)
    testing = cfg.get('test_dataloader') and args.test != 'none'
    if testing:
        _ = runner.test_loop  # what is wrong with the test split is found before, not after
    train(runner)
    if testing and args.test == 'best':
        evaluate_best(runner)
    elif testing:
        runner.test()


if __name__ == '__main__':
    main()
