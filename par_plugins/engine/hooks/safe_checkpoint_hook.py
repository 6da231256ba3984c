"""Checkpoints are data: reading one must not run code."""

import os
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.logging import HistoryBuffer
from mmengine.registry import HOOKS
from mmengine.runner import Runner


@HOOKS.register_module()
class SafeCheckpointHook(Hook):
    """Close the two ways in which mmengine lets a checkpoint run code.

    From the moment it is built, every ``torch.load`` of the process reads weights and plain
    data only: mmengine tries that first, but on a file that needs more it falls back to an
    unrestricted unpickle. And ``meta['config']``, which resuming would execute as Python, is
    dropped.
    """

    def __init__(self) -> None:
        os.environ['TORCH_FORCE_WEIGHTS_ONLY_LOAD'] = '1'
        # mmengine's own checkpoints hold its history of logged scalars.
        torch.serialization.add_safe_globals([HistoryBuffer])

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Drop the config that resuming would execute."""
        checkpoint.get('meta', {}).pop('config', None)
