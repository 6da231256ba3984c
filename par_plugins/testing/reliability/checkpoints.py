"""Damaged checkpoints, and checkpoints with other data in them, loaded as weights to test with."""

import io
import pickle
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

from par_plugins.engine.hooks.safe_checkpoint_hook import load_checkpoint_file
from par_plugins.structures import InputError
from par_plugins.testing.reliability.damage import damage_bytes, damage_data
from par_plugins.testing.reliability.tally import Tally, try_cases


def try_checkpoints(
    folder: Path, count: int, seed: int, on_case: Callable[[int], object] = lambda tried: None
) -> Tally:
    """Load checkpoints with damaged bytes, other plain data, or a pickle made to run code.

    What is loaded must fit the network, be finite, and no code of the file may have run.

    Args:
        folder: Empty, for the checkpoints.
        count: Number of checkpoints.
        seed: Of the damage.
        on_case: See :func:`try_cases`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return try_cases(partial(_load, folder, seed), count, on_case=on_case)


class _Touches:
    """A pickle that makes a file where it is loaded without care."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def checkpoint_of(model: torch.nn.Module) -> dict[str, Any]:
    """Make what mmengine saves of a run, with the plain data that it keeps beside the weights."""
    history = HistoryBuffer([1.0, 0.5], [1, 1])
    return {
        'meta': {'epoch': 2, 'iter': 8, 'seed': 0, 'experiment_name': 'a run'},
        'state_dict': model.state_dict(),
        'message_hub': {
            'log_scalars': {'train/loss': history},
            'runtime_info': {'best_ckpt': 'best.pth', 'best_score': 50.0},
            'resumed_keys': {},
        },
        'optimizer': {'state': {}, 'param_groups': [{'lr': 0.1, 'params': [0, 1]}]},
        'param_schedulers': [{'last_step': 8, 'base_values': [0.1]}],
    }
