"""What train.py and test.py share: the options of a run and its config."""

import argparse
import os
from pathlib import Path

from mmengine.config import Config, DictAction

from par_plugins.apis.runner import LAUNCHER_VARIABLES
from par_plugins.structures import InputError

RUNNER_OPTIONS = argparse.ArgumentParser(add_help=False)
RUNNER_OPTIONS.add_argument('config', help='config file')
RUNNER_OPTIONS.add_argument('--work-dir', help='folder for everything the run writes')
RUNNER_OPTIONS.add_argument(
    '--cfg-options',
    nargs='+',
    action=DictAction,
    metavar='KEY=VALUE',
    help='change the config, e.g. train_cfg.max_epochs=5 train_dataloader.batch_size=32',
)
RUNNER_OPTIONS.add_argument(
    '--launcher',
    choices=['none', *LAUNCHER_VARIABLES],
    default='none',
    help='what started the processes',
)
RUNNER_OPTIONS.add_argument('--local_rank', '--local-rank', type=int, default=0)


def load_config(args: argparse.Namespace) -> Config:
    """Read the config of the parsed options and apply those that train and test share."""
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if not Path(args.config).is_file():
        raise InputError(f'{args.config}: no such config file')
    cfg = Config.fromfile(args.config)
    cfg.launcher = args.launcher
    if args.cfg_options:
        cfg.merge_from_dict(args.cfg_options)
    if args.work_dir:
        cfg.work_dir = args.work_dir
    cfg.setdefault('work_dir', str(Path('work_dirs') / Path(args.config).stem))
    return cfg
