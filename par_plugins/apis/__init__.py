"""Entry points that command lines and other programs call."""

from par_plugins.apis.runner import build_runner, evaluate_best, last_whole_checkpoint, train
from par_plugins.apis.stop_on_input_error import stop_on_input_error

__all__ = [
    'build_runner',
    'evaluate_best',
    'last_whole_checkpoint',
    'stop_on_input_error',
    'train',
]
