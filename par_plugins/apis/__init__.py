"""Entry points that command lines and other programs call."""

from par_plugins.apis.command_line import RUNNER_OPTIONS, load_config, stop_on_input_error
from par_plugins.apis.runner import (
    build_predictor,
    build_runner,
    evaluate_best,
    last_whole_checkpoint,
    train,
)

__all__ = [
    'RUNNER_OPTIONS',
    'build_predictor',
    'build_runner',
    'evaluate_best',
    'last_whole_checkpoint',
    'load_config',
    'stop_on_input_error',
    'train',
]
