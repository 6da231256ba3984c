"""A run that was interrupted and resumed ends as one that was not."""

import random
from typing import Any

import numpy as np
import torch
from mmengine.dist import get_rank
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import EpochBasedTrainLoop, Runner

from par_plugins.structures import InputError


@HOOKS.register_module()
class ExactResumeHook(Hook):
    """Make resuming from the checkpoint of an epoch exact.

    Every training epoch starts from random numbers that depend on seed, epoch and rank alone; the
    data loader's workers take theirs from them through ``seed_worker``. And where a run ended
    between saving an epoch's checkpoint and the end of its validation, resuming validates first:
    the best checkpoint and schedulers that follow a score depend on it.
    """

    # After CheckpointHook has read what it knew of the best checkpoint.
    priority = 'LOWEST'

    def __init__(self) -> None:
        self._validated_epoch: int | None = None

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Read which epoch had been validated.

        Raises:
            InputError: If training shall go on from weights alone.
        """
        if runner._resume and not runner._has_loaded and 'optimizer' not in checkpoint:
            raise InputError(
                f'{runner._load_from}: holds no state of the optimiser, so that training cannot go '
                'on from it: resume from an epoch_N.pth, or start from these weights with load_from'
            )
        self._validated_epoch = checkpoint.get('meta', {}).get('validated_epoch')

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Write which epoch has been validated."""
        checkpoint['meta']['validated_epoch'] = self._validated_epoch

    def before_val_epoch(self, runner: Runner) -> None:
        """Note the epoch; nothing is saved before its validation ends."""
        self._validated_epoch = runner.epoch

    def before_train(self, runner: Runner) -> None:
        """Make up for a validation that was not finished."""
        loop = runner.train_loop
        if not (runner._resume and runner.epoch and isinstance(loop, EpochBasedTrainLoop)):
            return
        due = runner.epoch % loop.val_interval == 0 or runner.epoch == loop.max_epochs
        if (
            runner.val_loop is not None
            and due
            and runner.epoch >= loop.val_begin
            and self._validated_epoch != runner.epoch
        ):
            runner.val_loop.run()

    def before_train_epoch(self, runner: Runner) -> None:
        """Start the epoch's random numbers."""
        words = np.random.SeedSequence((runner.seed, runner.epoch, get_rank())).generate_state(3)
        torch.manual_seed(int(words[0]))
        np.random.seed(int(words[1]))  # noqa: NPY002 (what upstream's transforms draw from)
        random.seed(int(words[2]))
