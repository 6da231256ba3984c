"""What every config of a GAN promises: it loads, builds, trains, draws and is scored."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import MODELS

from par_plugins.apis import build_runner
from par_plugins.testing.contracts.two_images import leave_two_images

TINY = {'channels': 2, 'max_channels': 4}


def check_gan_trains(cfg: Config, data_root: str) -> None:
    """A GAN trains one step with few channels on two images, draws grids, scores two images.

    Args:
        cfg: The config, with its ``work_dir``; changed.
        data_root: A tiny dataset in the official format that the config reads.
    """
    work_dir = cfg.work_dir
    leave_two_images(cfg, data_root)
    cfg.model.update(TINY)
    channels = cfg.model.get('image_channels', 3)
    cfg.val_evaluator.update(
        _saved_extractor(Path(work_dir), {'type': 'ResNet', 'depth': 18, 'in_channels': channels})
    )
    cfg.default_hooks.sample_grid.num_images = 2
    cfg.train_cfg.update(max_epochs=1, val_interval=1)
    cfg.default_hooks.checkpoint = None
    runner = build_runner(cfg)
    before = [parameter.clone() for parameter in runner.model.parameters()]
    runner.train()
    changed = [
        not parameter.equal(old)
        for parameter, old in zip(runner.model.parameters(), before, strict=True)
    ]
    assert sum(changed) > len(changed) / 2, 'most parameters did not move'
    assert runner.iter == 1
    scores = json.loads((Path(work_dir) / 'val_scores.json').read_text(encoding='utf-8'))['scores']
    assert np.isfinite(scores['gan/fid']), scores
    drawn = {file.stem for file in (Path(work_dir) / 'samples').iterdir()}
    resolutions = runner.model.generator.resolutions
    assert drawn == {f'0000000_{height}x{width}' for height, width in resolutions}


def _saved_extractor(folder: Path, backbone: dict[str, Any]) -> dict[str, Any]:
    """FIDMetric's options of a network that nobody has trained."""
    extractor = {'type': 'mmpretrain.ImageClassifier', 'backbone': backbone}
    checkpoint = folder / 'extractor.pth'
    torch.save(MODELS.build(extractor).state_dict(), checkpoint)
    return {'extractor': extractor, 'checkpoint': str(checkpoint)}
