"""What every config promises: it loads, builds, and trains on a tiny dataset."""

import copy
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import DATASETS, MODELS

from par_plugins.apis import build_runner
from par_plugins.testing.contracts.gan_configs import TINY, check_gan_trains
from par_plugins.testing.contracts.promises import check_promises
from par_plugins.testing.contracts.two_images import leave_two_images

LOWER_IS_BETTER = ('fid',)
"""Among the scores of our metrics, the ones of which less is better."""


def check_config(
    config: str | Path | Config, *, data_root: str | Path, work_dir: str | Path
) -> None:
    """Check that a config keeps the promises of all configs.

    A GAN must draw sample grids and be scored; anything else must validate with a score that
    ``save_best`` names. Weights are not read, and networks of GANs get few channels.

    Args:
        config: Its path, or the config itself, which is copied.
        data_root: A tiny dataset in the official format that the config reads.
        work_dir: Where to run.

    Raises:
        AssertionError: If it breaks a promise; the message says which.
    """
    cfg = copy.deepcopy(config) if isinstance(config, Config) else Config.fromfile(config)
    cfg.work_dir, cfg.launcher = str(work_dir), 'none'
    trains = check_gan_trains if 'image_size' in cfg.model else check_trains
    check_promises(
        str(cfg.filename or 'the config'), [check_best_is_kept, trains], cfg, str(data_root)
    )


def check_best_is_kept(cfg: Config, data_root: str) -> None:
    """``save_best`` keeps the epoch with the better score.

    Args:
        cfg: The config.
        data_root: Not used.
    """
    hook = cfg.default_hooks.checkpoint
    rule, best = hook.get('rule'), hook.get('save_best')
    if rule is None or best is None:  # mmengine knows the rule by the name, or says that it cannot
        return
    better = 'less' if best.rpartition('/')[2] in LOWER_IS_BETTER else 'greater'
    assert rule == better, f'save_best={best!r} with rule={rule!r}, but the better is {better}'


def check_trains(cfg: Config, data_root: str) -> None:
    """It trains an epoch on two images, and validates on two or on a query and its gallery.

    Args:
        cfg: The config, with its ``work_dir``; changed.
        data_root: A tiny dataset in the official format that the config reads.
    """
    train_set = leave_two_images(cfg, data_root)
    cfg.model.backbone.init_cfg = None  # the weights are elsewhere
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    best = cfg.default_hooks.checkpoint.save_best
    cfg.default_hooks.checkpoint = None
    if 'generator' in cfg.default_hooks:
        _give_generator(
            cfg.default_hooks.generator,
            dataset=train_set,
            checkpoint=Path(cfg.work_dir, 'generator.pth'),
        )
    runner = build_runner(cfg)
    before = [parameter.clone() for parameter in runner.model.parameters()]
    runner.train()
    changed = [
        not parameter.equal(old)
        for parameter, old in zip(runner.model.parameters(), before, strict=True)
    ]
    assert sum(changed) > len(changed) / 2, 'most parameters did not move'
    if cfg.val_dataloader:
        scores = [name for metric in runner.val_evaluator.metrics for name in metric.prefixed_names]
        assert best in scores, f'save_best={best!r}, but validation gives {scores}'
    else:
        assert best is None, f'save_best={best!r} without validation'
    assert runner.iter == len(runner.train_dataloader)  # a sampler may draw more than the two


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
