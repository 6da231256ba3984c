"""The toy config, cut down to a run of seconds."""

import itertools
from pathlib import Path

from mmengine.config import Config

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / 'configs/toy/cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
TIME_LIMIT = 900
"""Seconds after which a process hangs; on a busy machine its start alone takes minutes."""
NUMBERS = itertools.count()


def toy_config(toy_root, work_dir, **options):
    cfg = Config.fromfile(CONFIG)
    cfg.merge_from_dict(
        {
            # Runs of one process and second share what mmengine keeps by name: log and level.
            'experiment_name': f'{CONFIG.stem}_{next(NUMBERS)}',
            'train_cfg.max_epochs': 1,
            'train_dataloader.batch_size': 8,
            'val_dataloader.batch_size': 8,
            'test_dataloader.batch_size': 8,
            **{
                f'{split}_dataloader.{key}': value
                for split in ('train', 'val', 'test')
                for key, value in {
                    'num_workers': 0,
                    'dataset.data_root': str(toy_root),
                }.items()
            },
            **options,
        }
    )
    cfg.work_dir, cfg.launcher = str(work_dir), 'none'
    return cfg
