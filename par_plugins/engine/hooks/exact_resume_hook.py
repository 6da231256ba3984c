"""A run that was interrupted and resumed ends as one that was not."""

import random
from typing import Any

import numpy as np
import torch
from mmengine.dataset import InfiniteSampler
from mmengine.dist import get_rank, get_world_size
from mmengine.hooks import EarlyStoppingHook, Hook
from mmengine.registry import HOOKS
from mmengine.runner import EpochBasedTrainLoop, Runner
from torch import Tensor
from torch.utils.data import IterableDataset

from par_plugins.datasets.seeded_batches import SeededBatches
from par_plugins.structures import InputError

CONDITIONS = 'trained_with'
"""Where a checkpoint says what its run depends on beside its config."""


@HOOKS.register_module()
class ExactResumeHook(Hook):
    """Make resuming from the checkpoint of an epoch exact.

    Every training epoch starts from random numbers that depend on seed, epoch and rank alone, and
    so does every iteration where training counts iterations. Batches have their own
    (:class:`SeededBatches`), whatever workers make them. Where a run ended between saving an
    epoch's checkpoint and the end of its validation, resuming validates first: the best
    checkpoint and schedulers that follow a score depend on it.

    What makes a resumed run another one is said in a line of the log before it starts: other
    images, batch sizes or processes than the checkpoint's, and what no checkpoint holds.
    """

    # After CheckpointHook has read what it knew of the best checkpoint.
    priority = 'LOWEST'

    def __init__(self) -> None:
        self._validated_epoch: int | None = None
        self._saved: dict[str, Any] | None = None
        self._epoch: Tensor | None = None

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Read which epoch had been validated.

        Raises:
            InputError: If training shall go on from weights alone.
        """
        meta = checkpoint.get('meta', {})
        self._validated_epoch = meta.get('validated_epoch')
        if runner._resume and not runner._has_loaded:
            if 'optimizer' not in checkpoint:
                raise InputError(
                    f'{runner._load_from}: holds no state of the optimiser, so that training '
                    'cannot go on from it: resume from an epoch_N.pth, or start from these '
                    'weights with load_from'
                )
            self._saved = meta.get(CONDITIONS)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Write which epoch has been validated, and what the run depends on."""
        checkpoint['meta']['validated_epoch'] = self._validated_epoch
        checkpoint['meta'][CONDITIONS] = _conditions(runner)

    def before_val_epoch(self, runner: Runner) -> None:
        """Note the epoch; nothing is saved before its validation ends."""
        self._validated_epoch = runner.epoch

    def before_train(self, runner: Runner) -> None:
        """Say what is not exact; make up for a validation that was not finished."""
        if runner._resume and isinstance(self._saved, dict):
            changed = {
                name: (self._saved[name], now)
                for name, now in _conditions(runner).items()
                if name in self._saved and self._saved[name] != now
            }
            if changed:
                same = changed.keys() <= {'num_workers', 'persistent_workers'}
                runner.logger.warning(
                    f'resumed with other conditions ({_listed(changed)}): the run ends '
                    + ('as one' if same else 'otherwise than one')
                    + ' that was left alone'
                )
        for sentence in _inexact(runner):
            runner.logger.warning(sentence)
        loop = runner.train_loop
        if _takes_indices(loop.dataloader):
            if runner._resume:
                _follow_seed(runner)
            self._epoch = SeededBatches.install(loop.dataloader, runner.seed, get_rank())
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
        _seed(runner, runner.epoch)
        self._set_epoch(runner, runner.iter)

    def before_train_iter(self, runner: Runner, *args: Any, **kwargs: Any) -> None:
        """Start the iteration's random numbers, where no epochs are counted."""
        if not isinstance(runner.train_loop, EpochBasedTrainLoop):
            _seed(runner, runner.iter)

    def after_train_iter(self, runner: Runner, *args: Any, **kwargs: Any) -> None:
        """Count the passes over the data where no epochs are counted."""
        if not isinstance(runner.train_loop, EpochBasedTrainLoop):
            self._set_epoch(runner, runner.iter + 1)

    def _set_epoch(self, runner: Runner, iterations: int) -> None:
        if self._epoch is None:
            return
        loop = runner.train_loop
        if isinstance(loop, EpochBasedTrainLoop):
            self._epoch.fill_(loop.epoch)
        elif not isinstance(loop.dataloader.sampler, InfiniteSampler):
            # One that goes on without end has no passes: its batches differ anyhow.
            self._epoch.fill_(iterations // len(loop.dataloader))


def _seed(runner: Runner, step: int) -> None:
    words = np.random.SeedSequence((runner.seed, step, get_rank())).generate_state(3)
    torch.manual_seed(int(words[0]))
    np.random.seed(int(words[1]))  # noqa: NPY002 (what upstream's transforms draw from)
    random.seed(int(words[2]))


def _conditions(runner: Runner) -> dict[str, Any]:
    loader = runner.train_loop.dataloader
    images = len(loader.dataset) if hasattr(loader.dataset, '__len__') else None
    batch_size = loader.batch_size or getattr(loader.batch_sampler, 'batch_size', None)
    return {
        'images': images,
        'batch size': batch_size,
        'processes': get_world_size(),
        'num_workers': loader.num_workers,
        'persistent_workers': bool(loader.persistent_workers),
    }


def _listed(changed: dict[str, tuple[Any, Any]]) -> str:
    return ', '.join(f'{name} {old} before, {new} now' for name, (old, new) in changed.items())


def _takes_indices(loader: Any) -> bool:
    """Whether its dataset is asked for batches of indices."""
    return (
        getattr(loader, 'batch_sampler', None) is not None
        and not isinstance(loader.dataset, IterableDataset)
        and hasattr(loader.dataset, '__dict__')
    )


def _follow_seed(runner: Runner) -> None:
    """Give a sampler the seed of the checkpoint, where the config leaves it to the run's."""
    config = (runner.cfg.get('train_dataloader') or {}).get('sampler') or {}
    sampler = runner.train_loop.dataloader.sampler
    if config.get('seed') is None and isinstance(getattr(sampler, 'seed', None), int):
        sampler.seed = runner.seed


def _inexact(runner: Runner) -> list[str]:
    """What a checkpoint of this run does not hold."""
    sentences = []
    loop = runner.train_loop
    if not _takes_indices(loop.dataloader):
        sentences.append(
            'the random numbers of this kind of training set go on from where they were: '
            'resuming is not exact'
        )
    counts = getattr(runner.optim_wrapper, '_accumulative_counts', 1)
    if isinstance(loop, EpochBasedTrainLoop) and len(loop.dataloader) % counts:
        sentences.append(
            f'an epoch of {len(loop.dataloader)} iterations ends within the {counts} whose '
            'gradients are added (accumulative_counts), which no checkpoint holds: resuming is '
            'not exact'
        )
    if runner._resume and any(isinstance(hook, EarlyStoppingHook) for hook in runner.hooks):
        sentences.append('EarlyStoppingHook begins to count anew when a run is resumed')
    return sentences
