"""A training that has become NaN ends, and takes no checkpoint with it."""

import math
from collections.abc import Iterator
from typing import Any

import torch
from mmengine.dist import all_reduce
from mmengine.hooks import CheckpointHook, EMAHook, Hook
from mmengine.optim import OptimWrapperDict
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from mmengine.runner.base_loop import BaseLoop
from torch import Tensor

from par_plugins.engine.checkpoint_weights import is_finite, non_finite
from par_plugins.structures import InputError

NEVER = torch.iinfo(torch.int64).max


@HOOKS.register_module()
class FiniteTrainingHook(Hook):
    """Stop when a loss, a weight or a buffer is NaN or infinite, before a checkpoint is.

    Losses of every step are kept on their device; they and the weights are looked at every
    ``interval`` steps and before anything is scored or saved. A non-finite
    gradient shows in the weights, or is one that mixed precision skips: that is no fault, unless
    none of the steps in between was taken.

    Args:
        interval: Steps from one look to the next.

    Raises:
        InputError: Naming step, loss or tensor, and learning rate.
    """

    # Before schedulers change the rate, averages take the weights in and checkpoints are saved.
    priority = 'VERY_HIGH'

    def __init__(self, interval: int = 50) -> None:
        if interval < 1:
            raise InputError(f'FiniteTrainingHook: interval must be at least 1, got {interval}')
        self.interval = interval
        self._losses: dict[int, dict[str, Tensor]] = {}
        self._rates: dict[int, str] = {}
        self._scales: dict[str, float] = {}

    def before_train(self, runner: Runner) -> None:
        """Note the scales that mixed precision starts with."""
        self._scales = {name: scaler.get_scale() for name, scaler in _scalers(runner)}

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Keep the losses, on their device, and every ``interval`` steps look."""
        step = runner.iter + 1
        self._rates[step] = _rates_of(runner)
        self._losses[step] = {
            name: value.detach()
            for name, value in (outputs or {}).items()
            if 'loss' in name and isinstance(value, Tensor)
        }
        saving = any(
            not hook.by_epoch
            and (
                self.every_n_train_iters(runner, hook.interval, hook.save_begin)
                or (hook.save_last and self.is_last_train_iter(runner))
            )
            for hook in runner.hooks
            if isinstance(hook, CheckpointHook)
        )
        if len(self._rates) >= self.interval or saving:
            self._look(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        """Look before the epoch's checkpoint is saved and older ones are removed."""
        self._look(runner)

    def before_val_epoch(self, runner: Runner) -> None:
        """Look before the weights are scored."""
        if isinstance(runner._train_loop, BaseLoop):
            self._look(runner)

    def after_train(self, runner: Runner) -> None:
        """Look at the last steps."""
        self._look(runner)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Keep everything that is not finite out of files, whoever saves."""
        if wrong := non_finite(checkpoint):
            raise InputError(
                f'step {runner.iter}: {wrong} is not finite, at learning rate {_rates_of(runner)}; '
                'no checkpoint is saved'
            )

    def _look(self, runner: Runner) -> None:
        """Raise in all processes what any of them has seen."""
        if not self._rates:
            return
        # Names may differ from step to step; 'loss' itself is the sum, and blamed last.
        names = sorted({n for losses in self._losses.values() for n in losses}, key=_sum_last)
        weights = torch.where(_all_finite(runner), NEVER, max(self._rates))
        wrong = torch.stack([*map(self._first_wrong, names), weights])
        all_reduce(wrong, op='min')
        steps = wrong.tolist()
        first = min(steps)
        if first < NEVER:
            index = steps.index(first)
            what = names[index] if index < len(names) else _first_non_finite(runner)
            raise InputError(
                f'step {first}: {what} is not finite, at learning rate '
                f'{self._rates.get(first, _rates_of(runner))}; no checkpoint has it: lower the '
                'learning rate, clip the gradients (optim_wrapper.clip_grad), or look at the loss'
            )
        self._require_steps(runner)
        self._losses.clear()
        self._rates.clear()

    def _first_wrong(self, name: str) -> Tensor:
        """First step of a loss that is not finite, or never."""
        losses = {step: losses[name] for step, losses in self._losses.items() if name in losses}
        finite = torch.stack([loss.float().mean() for loss in losses.values()]).isfinite()
        steps = torch.tensor(list(losses), device=finite.device)
        return torch.where(finite, NEVER, steps).min()

    def _require_steps(self, runner: Runner) -> None:
        """Refuse gradients for which no scale of mixed precision is small enough."""
        for name, scaler in _scalers(runner):
            before, self._scales[name] = self._scales.get(name), scaler.get_scale()
            skipped = scaler.get_backoff_factor() ** len(self._rates)
            if (
                before is not None
                and len(self._rates) >= self.interval
                and self._scales[name] <= before * skipped
            ):
                raise InputError(
                    f'steps {min(self._rates)} to {max(self._rates)}: {name} is not finite in any '
                    f'of them, at learning rate {_rates_of(runner)} and loss scale '
                    f'{self._scales[name]:g}'
                )


def _sum_last(name: str) -> tuple[bool, str]:
    return name == 'loss', name


def _tensors(runner: Runner) -> Iterator[tuple[str, Tensor]]:
    """Names and tensors of what is saved of the model, and of what hooks average of it."""
    averages = [hook.ema_model for hook in runner.hooks if isinstance(hook, EMAHook)]
    for module in (runner.model, *averages):
        for name, tensor in module.state_dict().items():
            yield name.removeprefix('module.'), tensor


def _all_finite(runner: Runner) -> Tensor:
    """Whether all are, on the model's device."""
    device = next(runner.model.parameters()).device
    flags = [
        tensor.isfinite().all().to(device)
        for _, tensor in _tensors(runner)
        if tensor.is_floating_point()
    ]
    return torch.stack(flags).all()


def _first_non_finite(runner: Runner) -> str:
    for name, tensor in _tensors(runner):
        if not is_finite(tensor):
            return name
    return 'a tensor of another process'


def _optim_wrappers(runner: Runner) -> dict[str, Any]:
    wrapper = runner.optim_wrapper
    if isinstance(wrapper, OptimWrapperDict):
        return dict(wrapper.items())
    return {'': wrapper}


def _rates_of(runner: Runner) -> str:
    rates = {
        float(group['lr'])
        for wrapper in _optim_wrappers(runner).values()
        for group in wrapper.optimizer.param_groups
        if not isinstance(group['lr'], Tensor)
    }
    shown = sorted({min(rates), max(rates)}) if rates else [math.nan]
    return ' to '.join(f'{rate:g}' for rate in shown)


def _scalers(runner: Runner) -> list[tuple[str, Any]]:
    """The gradient scalers of mixed precision whose scale follows the gradients."""
    return [
        (f'the gradient of {name}' if name else 'the gradient', wrapper.loss_scaler)
        for name, wrapper in _optim_wrappers(runner).items()
        if getattr(wrapper, 'loss_scaler', None) is not None and wrapper._scale_update_param is None
    ]
