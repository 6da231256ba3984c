"""What runs around training and evaluation."""

from par_plugins.engine import (
    bfloat16_optim_wrapper,
    checked_pretrained_init,
    checkpoint_files,
    hooks,
    inherited_configs,
    separate_optim_wrappers,
    written_aside,
)

__all__ = [
    'bfloat16_optim_wrapper',
    'checked_pretrained_init',
    'checkpoint_files',
    'hooks',
    'inherited_configs',
    'separate_optim_wrappers',
    'written_aside',
]
