"""What runs around training and evaluation."""

from par_plugins.engine import hooks

__all__ = ['hooks']
