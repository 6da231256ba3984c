"""What runs around training and evaluation."""

from par_plugins.engine import hooks, written_aside

__all__ = ['hooks', 'written_aside']
