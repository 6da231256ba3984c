"""The options that command lines share; what they mean, ``par_plugins.apis`` knows."""

import argparse

from par_runtime.installed_files import leaf_path

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
