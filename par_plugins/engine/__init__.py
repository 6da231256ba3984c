"""What runs around training and evaluation."""

from par_plugins.engine import (
    bfloat16_optim_wrapper,
    hooks,
    separate_optim_wrappers,
    written_aside,
)

__all__ = ['bfloat16_optim_wrapper', 'hooks', 'separate_optim_wrappers', 'written_aside']
