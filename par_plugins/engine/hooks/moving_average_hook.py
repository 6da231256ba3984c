"""With a moving average of the weights, one network is scored, saved, tested and used."""

from types import SimpleNamespace
from typing import Any

import torch
from mmengine.hooks import EMAHook, SyncBuffersHook
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop

from par_plugins.engine.checkpoint_weights import load_weights
from par_plugins.structures import InputError


@HOOKS.register_module()
class MovingAverageHook(SyncBuffersHook):
    """Make what an ``EMAHook`` averages the network of the run, buffers included.

    A checkpoint's ``state_dict`` is the average, but upstream's hooks leave three gaps, for those
    of mmengine and of mmpretrain alike:

    - ``Runner.test()`` lets them begin anew, and swap what the model has with what it has not. So
      they are in a run only while it trains; when training ends, the model becomes the average.
    - The buffers that a validation used are those of the model, and of all processes; those saved
      are of the average, and of one. They become the same.
    - ``evaluate_on_ema=False`` scores weights that ``state_dict`` does not have. It is refused.
    """

    # Before EMAHook swaps, saves or loads.
    priority = 'ABOVE_NORMAL'

    def before_run(self, runner: Runner) -> None:
        """Leave the averaging out of a run that does not train."""
        if not isinstance(runner._train_loop, BaseLoop):
            _leave_out(runner)

    def before_train(self, runner: Runner) -> None:
        """Refuse to score other weights than the checkpoints have.

        Raises:
            InputError: If a hook does so.
        """
        for hook in _averages(runner):
            if not getattr(hook, 'evaluate_on_ema', True):
                raise InputError(
                    'EMAHook: with evaluate_on_ema=False the score of a checkpoint would be of '
                    'other weights than its state_dict has; evaluate_on_origin=True gives both'
                )

    def after_train_epoch(self, runner: Runner) -> None:
        """Average the averaged buffers over the processes."""
        for hook in _averages(runner):
            if hook.ema_model.update_buffers:
                super().after_train_epoch(SimpleNamespace(model=hook.ema_model.module))

    def before_val_epoch(self, runner: Runner) -> None:
        """Do so before a validation that follows no epoch."""
        for hook in _averages(runner):
            if hook.ema_model.update_buffers:
                super().before_val_epoch(SimpleNamespace(model=hook.ema_model.module))

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Save the buffers that a validation of these weights uses."""
        for hook in _averages(runner):
            _take_buffers(hook)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Refuse an average that is not of the checkpoint's own network, or of the resumed one.

        Where a run that averages goes on from one that did not, or the other way round, say so.

        Raises:
            InputError: Naming the first tensor.
        """
        prefix, source = 'module.', str(runner._load_from or 'the checkpoint')
        saved = checkpoint.get('ema_state_dict', {}).items()
        average = {str(n)[len(prefix) :]: w for n, w in saved if str(n).startswith(prefix)}
        if runner._resume and average and not _averages(runner):
            runner.logger.warning(
                f'{source}: its state_dict is a moving average, and this run has no EMAHook: '
                'training goes on from the average, whose optimiser is that of other weights'
            )
        elif runner._resume and _averages(runner) and not average:
            runner.logger.warning(
                f'{source}: has no moving average: it begins anew from these weights'
            )
        for hook in _averages(runner) if average else ():
            other = average.keys() ^ checkpoint['state_dict'].keys()
            if other:
                raise InputError(
                    f'{source}: its state_dict and its ema_state_dict are of two networks, by '
                    f'{min(other)}'
                )
            if runner._resume:
                name = f'{source}, ema_state_dict'
                loaded = load_weights(hook.ema_model.module, average, source=name)
                if loaded.absent or loaded.unusable:
                    raise InputError(f'{name}: {loaded}')

    def after_train(self, runner: Runner) -> None:
        """Leave the average in the model."""
        for hook in _averages(runner):
            _take_buffers(hook)
            hook.src_model.load_state_dict(hook.ema_model.module.state_dict())
        _leave_out(runner)


def _averages(runner: Runner) -> list[EMAHook]:
    return [hook for hook in runner.hooks if isinstance(hook, EMAHook)]


def _leave_out(runner: Runner) -> None:
    # A new list: the old one may be being gone through.
    runner._hooks = [hook for hook in runner.hooks if not isinstance(hook, EMAHook)]


@torch.no_grad()
def _take_buffers(hook: EMAHook) -> None:
    """Give the average the model's buffers, where it has none of its own."""
    if not hook.ema_model.update_buffers:
        pairs = zip(hook.ema_model.module.buffers(), hook.src_model.buffers(), strict=True)
        for averaged, source in pairs:
            averaged.copy_(source)
