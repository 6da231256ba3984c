"""What every config promises: it loads, builds, and trains on a tiny dataset."""

from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import DATASETS, MODELS

from par_plugins.apis import build_runner
from par_plugins.testing.contracts.gan_configs import TINY


def check_config_trains(path: str, data_root: str, work_dir: str) -> None:
    """Train an epoch of a set of two images, validate on two, or on a query and its gallery.

    Args:
        path: The config.
        data_root: A tiny dataset in the official format that the config reads.
        work_dir: Where to run.
    """
    cfg = Config.fromfile(path)
    cfg.work_dir, cfg.launcher = work_dir, 'none'
    splits = [split for split in ('train', 'val', 'test') if cfg[f'{split}_dataloader']]
    for split in splits:
        loader = cfg[f'{split}_dataloader']
        loader.update(batch_size=2, num_workers=0)
        dataset = _unwrapped(loader.dataset)
        dataset.update(data_root=data_root, indices=2)
        if 'num_val_identities' in dataset:  # re-identification: queries need a gallery
            dataset.update(num_val_identities=1, indices=2 if split == 'train' else 6)
    cfg.model.backbone.init_cfg = None  # the weights are elsewhere
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    best = cfg.default_hooks.checkpoint.save_best
    cfg.default_hooks.checkpoint = None
    train_set = _unwrapped(cfg.train_dataloader.dataset)
    if 'num_images' in train_set:
        train_set.num_images = 2
    if 'generator' in cfg.default_hooks:
        _give_generator(
            cfg.default_hooks.generator,
            dataset=train_set,
            checkpoint=Path(work_dir, 'generator.pth'),
        )
    runner = build_runner(cfg)
    before = [parameter.clone() for parameter in runner.model.parameters()]
    runner.train()
    changed = [
        not parameter.equal(old)
        for parameter, old in zip(runner.model.parameters(), before, strict=True)
    ]
    assert sum(changed) > len(changed) / 2, f'{path}: most parameters did not move'
    if 'val' in splits:
        scores = [name for metric in runner.val_evaluator.metrics for name in metric.prefixed_names]
        assert best in scores, f'{path}: save_best={best!r}, but validation gives {scores}'
    else:
        assert best is None, f'{path}: save_best={best!r} without validation'
    assert runner.iter == len(runner.train_dataloader)  # a sampler may draw more than the two


def _unwrapped(dataset: Any) -> Any:
    """The config of a dataset, of which one that repeats it takes it once."""
    if 'dataset' not in dataset:
        return dataset
    dataset.times = 1
    return dataset.dataset


def _give_generator(hook: Any, *, dataset: Any, checkpoint: Path) -> None:
    """Let the hook have an untrained generator of its config with few channels."""
    gan = hook.config if isinstance(hook.config, dict) else Config.fromfile(hook.config).model
    hook.config = dict(gan, **TINY)
    schema = DATASETS.build(dict(dataset, pipeline=[])).metainfo['schema']
    model = MODELS.build(hook.config)
    model.label_vectors.set_schema(schema)
    meta = {'dataset_meta': {'schema': schema.to_dict()}}
    torch.save({'state_dict': model.state_dict(), 'meta': meta}, checkpoint)
    hook.checkpoint = str(checkpoint)
