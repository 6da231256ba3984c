"""What ``--amp`` means on the device of a run."""

import torch
from mmengine.config import Config


def train_in_mixed_precision(cfg: Config) -> None:
    """Let a config train in mixed precision, with channels last in memory.

    In bfloat16 on CPUs and on GPUs that compute in it, which needs no scale of the loss; else in
    float16 with a dynamic one. Weights, losses and scores stay float32.

    Args:
        cfg: Changed in place.

    Example:
        >>> cfg = Config(dict(optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1))))
        >>> train_in_mixed_precision(cfg)
        >>> cfg.default_hooks
        {'channels_last': {'type': 'ChannelsLastHook'}}
    """
    if torch.cuda.is_available() and not torch.cuda.is_bf16_supported(including_emulation=False):
        cfg.optim_wrapper.type = 'AmpOptimWrapper'
        cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')
    else:
        cfg.optim_wrapper.type = 'BFloat16OptimWrapper'
        cfg.optim_wrapper.pop('loss_scale', None)
    cfg.setdefault('default_hooks', {})
    cfg.default_hooks.channels_last = dict(type='ChannelsLastHook')
