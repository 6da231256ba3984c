"""The options that command lines share; what they mean, ``par_plugins.apis`` knows."""

import argparse
from pathlib import Path

from par_runtime.installed_files import leaf_path

FIGURES = ('.png', '.jpg', '.pdf', '.svg')
"""Endings of what a figure is drawn into."""


def figure_path(text: str) -> Path:
    """Read the option of a file for a figure, before what it shows is worked out.

    Example:
        >>> figure_path('found.png').name
        'found.png'

    Raises:
        ArgumentTypeError: If it has an ending of another kind.
    """
    path = Path(text)
    if path.suffix.lower() not in FIGURES:
        raise argparse.ArgumentTypeError(f'{text!r} ends in none of {", ".join(FIGURES)}')
    return path


# Where each launcher tells a process its rank, the number of processes and its local rank.
LAUNCHER_VARIABLES = {
    'pytorch': ('RANK', 'WORLD_SIZE', 'LOCAL_RANK'),
    'slurm': ('SLURM_PROCID', 'SLURM_NTASKS', 'SLURM_LOCALID'),
    'mpi': ('OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_LOCAL_RANK'),
}

CFG_OPTIONS = argparse.ArgumentParser(add_help=False)
CFG_OPTIONS.add_argument(
    '--cfg-options',
    nargs='+',
    action='extend',
    metavar='KEY=VALUE',
    help='change the config, e.g. train_cfg.max_epochs=5 train_dataloader.batch_size=32',
)
RUNNER_OPTIONS = argparse.ArgumentParser(add_help=False, parents=[CFG_OPTIONS])
RUNNER_OPTIONS.add_argument(
    'config', type=leaf_path, help='config file, or the name of a leaf of par_plugins'
)
RUNNER_OPTIONS.add_argument('--work-dir', help='folder for everything the run writes')
RUNNER_OPTIONS.add_argument(
    '--launcher',
    choices=['none', *LAUNCHER_VARIABLES],
    default='none',
    help='what started the processes',
)
RUNNER_OPTIONS.add_argument('--local_rank', '--local-rank', type=int, default=0)
