"""Entry points that command lines and other programs call."""

from par_plugins.apis.command_line import load_config, stop_on_input_error
from par_plugins.apis.mixed_precision import train_in_mixed_precision
from par_plugins.apis.runner import (
    build_predictor,
    build_runner,
    evaluate_best,
    last_whole_checkpoint,
    rank_of,
    train,
)
from par_plugins.apis.work_directory import own_work_directory, subfolder_of_run
from par_runtime.run_options import RUNNER_OPTIONS

__all__ = [
    'RUNNER_OPTIONS',
    'build_predictor',
    'build_runner',
    'evaluate_best',
    'last_whole_checkpoint',
    'load_config',
    'own_work_directory',
    'rank_of',
    'stop_on_input_error',
    'subfolder_of_run',
    'train',
    'train_in_mixed_precision',
]
