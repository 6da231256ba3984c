"""What a config that says nothing else does where there is a GPU."""

import torch
from mmengine.config import Config

LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')
FUSED = ('SGD', 'Adam', 'AdamW')
"""Optimisers of torch that take a step in one kernel."""


def take_gpu_defaults(cfg: Config) -> None:
    """Let batches be copied while the GPU computes, workers live on, and steps be one kernel.

    Nothing that is computed changes; what the config says itself stays. Without a GPU nothing is
    done.

    Args:
        cfg: Changed in place.
    """
    if not torch.cuda.is_available():
        return
    for name in LOADERS:
        if loader := cfg.get(name):
            loader.setdefault('pin_memory', True)
            if loader.get('num_workers'):
                loader.setdefault('persistent_workers', True)
    optimizer = (cfg.get('optim_wrapper') or {}).get('optimizer') or {}
    if optimizer.get('type') in FUSED:
        optimizer.setdefault('fused', True)
