"""An MR-GAN of toy pedestrians, cut down to a run of seconds."""

from pathlib import Path

from mmengine.config import Config

CONFIG = Path(__file__).parents[3] / 'configs/toy/mrgan_c16_1xb64-30e_toy-pedestrians-128x64.py'


def mrgan_config(toy_root, work_dir, **options):
    """8 images, one step an epoch, few channels, no validation."""
    cfg = Config.fromfile(CONFIG)
    cfg.merge_from_dict(
        {
            'model.channels': 2,
            'model.max_channels': 4,
            'train_cfg.max_epochs': 1,
            'train_dataloader.batch_size': 8,
            'train_dataloader.num_workers': 0,
            'train_dataloader.dataset.data_root': str(toy_root),
            'train_dataloader.dataset.indices': 8,
            'val_dataloader': None,
            'val_evaluator': None,
            'val_cfg': None,
            'test_dataloader': None,
            'test_evaluator': None,
            'test_cfg': None,
            'default_hooks.sample_grid.num_images': 2,
            **options,
        }
    )
    cfg.work_dir, cfg.launcher = str(work_dir), 'none'
    return cfg
