"""Checkpoints are data: reading one must not run code."""

import codecs
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.hooks import Hook
from mmengine.logging import HistoryBuffer
from mmengine.registry import HOOKS
from mmengine.runner import CheckpointLoader, Runner
from mmengine.utils import digit_version
from numpy._core import multiarray

from par_plugins.structures import Attribute, AttributeSchema, InputError


def _method_of_history(owner: Any, name: str) -> Any:
    """Stand for ``getattr``, which the pickled methods of a :class:`HistoryBuffer` ask for."""
    if owner is not HistoryBuffer or name.startswith('_'):
        raise InputError(f'attribute {name!r} of {owner!r} is asked for')
    return getattr(owner, name)


def _stand_in(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Have ``function`` called where a pickle says ``name``; torch 2.4 goes by these fields."""

    def stand_in(*args: Any) -> Any:
        return function(*args)

    stand_in.__module__, _, stand_in.__name__ = name.rpartition('.')
    stand_in.__qualname__ = stand_in.__name__
    return stand_in


# What mmengine's own checkpoints hold beside tensors: its history of logged scalars.
PLAIN_CLASSES = [
    HistoryBuffer,
    Attribute,  # of runs without SchemaHook, which stores a schema as a plain dict
    AttributeSchema,
    _stand_in('builtins.getattr', _method_of_history),
    np.ndarray,
    np.dtype,
    *(type(np.dtype(kind)) for kind in (np.float64, np.int64, np.uint32)),
    # Checkpoints of NumPy 1 are read with NumPy 2 and the other way round.
    *(
        _stand_in(f'numpy.{core}.multiarray.{name}', getattr(multiarray, name))
        for core in ('core', '_core')
        for name in ('_reconstruct', 'scalar')
    ),
    codecs.encode,  # bytes; allowed by torch itself from 2.5 on
]


def load_checkpoint_file(filename: str, map_location: Any = None) -> dict[str, Any]:
    """Read a local checkpoint that holds weights and plain data only.

    Args:
        filename: A file that ``torch.save`` wrote.
        map_location: See :func:`torch.load`.

    Raises:
        InputError: If there is no such file, it is broken, or it holds anything that could run
            code.
    """
    if not Path(filename).is_file():
        raise InputError(f'{filename}: no such checkpoint')
    # At every load: mmengine's own loader takes some of them off the list when it is done.
    torch.serialization.add_safe_globals(PLAIN_CLASSES)
    try:
        if digit_version(torch.__version__) < digit_version('2.6'):
            _refuse_what_old_torch_runs(filename)
        return torch.load(filename, map_location=map_location, weights_only=True)
    except Exception as error:  # torch, pickle and zipfile raise whatever the bytes lead them to
        reason = str(error).partition('WeightsUnpickler error: ')[2] or str(error)
        raise InputError(
            f'{filename}: not a whole checkpoint of weights and plain data '
            f'({type(error).__name__}: {reason.splitlines()[0] if reason else "no reason given"})'
        ) from error


def _refuse_what_old_torch_runs(filename: str) -> None:
    # Before torch 2.6 these two formats went past weights_only (CVE-2025-32434).
    with open(filename, 'rb') as file:
        zipped = file.read(4) == b'PK\x03\x04'
    if zipped and 'constants.pkl' in torch._C.PyTorchFileReader(filename).get_all_records():
        raise InputError('it is a TorchScript archive')
    if not zipped and tarfile.is_tarfile(filename):
        raise InputError('it is a tar archive')


@HOOKS.register_module()
class SafeCheckpointHook(Hook):
    """Close the ways in which mmengine lets a checkpoint run code.

    mmengine tries to load weights and plain data only, but on a file that needs more it falls
    back to an unrestricted unpickle. From the moment this hook is built, local checkpoints are
    read by :func:`load_checkpoint_file`, and every other ``torch.load`` of the process is held
    to weights only. And ``meta['config']``, which resuming would execute as Python, is dropped.

    So that they can be read that way, saved checkpoints leave out the methods that some
    parameter schedulers keep among their state; resuming finds them on the scheduler itself.
    """

    def __init__(self) -> None:
        os.environ['TORCH_FORCE_WEIGHTS_ONLY_LOAD'] = '1'
        CheckpointLoader.register_scheme(prefixes='', loader=load_checkpoint_file, force=True)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Leave out the schedulers' methods."""
        schedulers = checkpoint.get('param_schedulers', [])
        groups = schedulers.values() if isinstance(schedulers, dict) else [schedulers]
        for states in groups:
            for place, state in enumerate(states):
                states[place] = {k: v for k, v in state.items() if not callable(v)}

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Drop the config that resuming would execute."""
        checkpoint.get('meta', {}).pop('config', None)
