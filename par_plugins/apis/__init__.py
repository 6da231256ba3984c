"""Entry points that command lines and other programs call."""

from par_plugins.apis.runner import build_runner, evaluate_best

__all__ = ['build_runner', 'evaluate_best']
