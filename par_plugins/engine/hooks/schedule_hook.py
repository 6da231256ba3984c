"""Schedules of the learning rate end where training ends, resumed or not."""

import warnings
from collections.abc import Iterable
from typing import Any

from mmengine.hooks import Hook
from mmengine.optim import OptimWrapperDict
from mmengine.optim.scheduler.param_scheduler import (
    INF,
    CosineAnnealingParamScheduler,
    CosineRestartParamScheduler,
    LinearParamScheduler,
    MultiStepParamScheduler,
    OneCycleParamScheduler,
    PolyParamScheduler,
    ReduceOnPlateauParamScheduler,
    _ParamScheduler,
)
from mmengine.registry import HOOKS
from mmengine.runner import EpochBasedTrainLoop, Runner

from par_plugins.structures import InputError

# What moves while a scheduler runs; the rest of its state is the plan. Base values are the
# optimiser's, compared apart.
PROGRESS = {'last_step', '_global_step', '_last_value', 'base_values', 'verbose'}
SHAPED = (
    CosineAnnealingParamScheduler,
    LinearParamScheduler,
    OneCycleParamScheduler,
    PolyParamScheduler,
    CosineRestartParamScheduler,
)
"""Those whose values depend on where they end."""


@HOOKS.register_module()
class ScheduleHook(Hook):
    """Name schedules that end elsewhere than training does, and plan them anew on resume.

    A resumed run goes on with the state of its schedulers as it was saved. Where their plan is
    another one now (more epochs, another number of iterations an epoch, other options) or the
    checkpoint is from within an epoch, the steps that the run has made are repeated on the new
    plan instead: from there on it has the values, to the bit, of a run that was planned so from
    its beginning. Schedulers that follow a score cannot be repeated and keep their state.
    """

    priority = 'VERY_HIGH'

    def __init__(self) -> None:
        self._planned_anew = False
        self._configured: list[float] | None = None

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Compare the plans of a checkpoint that is resumed with the config's."""
        schedulers = built_schedulers(runner)
        if not runner._resume or runner._has_loaded:
            return
        self._configured = _initial_rates(runner)
        saved = checkpoint.get('param_schedulers')
        groups = saved.values() if isinstance(saved, dict) else [saved]
        states = [
            state
            for group in groups
            if isinstance(group, list)
            for state in group
            if isinstance(state, dict)
        ]
        for state in states:
            if 'num_bad_epochs' in state:
                state.pop('end', None)
        following = sum('num_bad_epochs' in state for state in states)
        moving = [s for s in schedulers if not isinstance(s, ReduceOnPlateauParamScheduler)]
        if following != len(schedulers) - len(moving):
            runner.logger.warning(
                f'the checkpoint has the states of {following} schedulers that follow a score, '
                f'this run has {len(schedulers) - len(moving)}: they begin anew'
            )
        plans = [_plan(state) for state in states if 'num_bad_epochs' not in state]
        meta = checkpoint['meta']
        within = isinstance(runner.train_loop, EpochBasedTrainLoop) and meta['iter'] != meta[
            'epoch'
        ] * len(runner.train_dataloader)
        if plans == [_plan(s.state_dict()) for s in moving] and not (moving and within):
            return
        if len(moving) < len(schedulers):
            runner.logger.warning(
                'the schedule of the learning rate is another one than that of the checkpoint, '
                'and one of the schedulers follows a score, so that it cannot be planned anew: '
                'the old one goes on'
            )
            return
        self._planned_anew = True
        checkpoint.pop('param_schedulers', None)

    def before_train(self, runner: Runner) -> None:
        """Put the schedulers where the run is; say which do not end with it."""
        schedulers = built_schedulers(runner)
        loop = runner.train_loop
        by_epochs = isinstance(loop, EpochBasedTrainLoop)
        length = len(loop.dataloader)
        if runner._resume and by_epochs and runner.epoch:
            loop._iter = runner.epoch * length  # a part of an epoch is trained again
        if self._planned_anew:
            _restart(schedulers)
            if by_epochs:
                for _ in range(runner.epoch):
                    _step(schedulers, length)
                    _step(schedulers, 1, by_epoch=True)
            else:
                _step(schedulers, loop.iter)
            runner.logger.warning(
                f'resumed with another schedule: the learning rates from here on are those of a '
                f'run of {loop.max_iters} iterations'
                + (f', {length} in each of {loop.max_epochs} epochs' if by_epochs else '')
            )
        if self._configured is not None:
            for configured, resumed in zip(self._configured, _initial_rates(runner), strict=True):
                if configured != resumed:
                    runner.logger.warning(
                        f'resumed with the learning rate of the checkpoint, {resumed:g}; '
                        f'{configured:g}, as the config has it, is not used'
                    )
                    break
        for scheduler in schedulers:
            # A score that comes at the end counts as well where training goes on later.
            if isinstance(scheduler, ReduceOnPlateauParamScheduler):
                scheduler.end = max(scheduler.end, INF)
        for fault in schedule_faults(
            schedulers, loop.max_epochs if by_epochs else 0, loop.max_iters
        ):
            runner.logger.warning(fault)


def built_schedulers(runner: Runner) -> list[_ParamScheduler]:
    """Return the schedulers of all optimisers; none where they have not been built."""
    built = runner.param_schedulers
    groups: Iterable[Any] = built.values() if isinstance(built, dict) else [built]
    return [
        scheduler
        for group in groups
        for scheduler in (group if isinstance(group, list) else [group])
        if isinstance(scheduler, _ParamScheduler)
    ]


def schedule_faults(
    schedulers: Iterable[_ParamScheduler], max_epochs: int, max_iters: int
) -> list[str]:
    """Return sentences on the schedulers that do not end where training ends.

    Args:
        schedulers: Built for the training.
        max_epochs: Its epochs; 0 where it counts iterations alone.
        max_iters: Its iterations.

    Raises:
        InputError: If a value would rise again at the end, or a scheduler would stop the training.
    """
    schedulers = list(schedulers)
    faults = []
    for scheduler in schedulers:
        name = f'param_scheduler {type(scheduler).__name__}'
        total, per_epoch, unit = max_iters, 1, 'iteration'
        if scheduler.by_epoch:
            if not max_epochs:
                faults.append(f'{name} counts epochs and training iterations: it never acts')
                continue
            total, unit = max_epochs, 'epoch'
        elif max_epochs and max_iters % max_epochs == 0:
            per_epoch, unit = max_iters // max_epochs, 'epoch'

        def at(step: float, unit: str = unit, per_epoch: int = per_epoch) -> str:
            return f'{unit} {step / per_epoch:g}'

        stop = min(scheduler.end, total)
        ends = f'{name} ends at {{}}, training at {at(total)}: '
        reached = _length(scheduler)
        planned = scheduler.begin + reached if reached is not None else scheduler.end
        if isinstance(scheduler, MultiStepParamScheduler):
            missed = [m for m in scheduler.milestones if scheduler.begin + m >= stop]
            if missed:
                faults.append(
                    f'{name}: the milestone{"s" * (len(missed) > 1)} '
                    f'{", ".join(at(m) for m in sorted(missed))} never come'
                    f'{"s" * (len(missed) == 1)}, as training ends at {at(total)}'
                )
        elif isinstance(scheduler, CosineRestartParamScheduler):
            stop = min(stop, planned)
        elif reached is not None and stop - 1 > planned:
            what = (
                f'the {scheduler.param_name} would rise again; leave T_max out, and it ends '
                'where training ends'
                if isinstance(scheduler, CosineAnnealingParamScheduler)
                else 'it has no values from there on'
            )
            raise InputError(ends.format(at(planned)) + what)
        if planned > total and isinstance(scheduler, SHAPED):
            faults.append(
                ends.format(at(planned)) + f'the {scheduler.param_name} does not come to its end'
            )
        if (
            stop < total
            and not _rises(scheduler)
            and not isinstance(scheduler, ReduceOnPlateauParamScheduler)
            and not any(_goes_on(other, scheduler, max_epochs, max_iters) for other in schedulers)
        ):
            faults.append(
                ends.format(at(stop)) + f'the {scheduler.param_name} does not change from there on'
            )
    return faults


def _length(scheduler: _ParamScheduler) -> int | None:
    """Steps that a scheduler has values for, where it says so beside its end."""
    if isinstance(scheduler, CosineAnnealingParamScheduler):
        return scheduler.T_max
    if isinstance(scheduler, OneCycleParamScheduler):
        return scheduler.total_steps
    if isinstance(scheduler, CosineRestartParamScheduler):
        return scheduler.cumulative_periods[-1]
    return None


def _rises(scheduler: _ParamScheduler) -> bool:
    """Whether it is a warm-up, after which a value may stay."""
    return (
        isinstance(scheduler, LinearParamScheduler)
        and scheduler.start_factor <= scheduler.end_factor
    )


def _goes_on(
    other: _ParamScheduler, scheduler: _ParamScheduler, max_epochs: int, max_iters: int
) -> bool:
    """Whether another scheduler changes the same value after this one's end."""

    def share(one: _ParamScheduler) -> float:
        return one.end / (max_epochs if one.by_epoch else max_iters) if one.end else 0

    return (
        other is not scheduler
        and other.optimizer is scheduler.optimizer
        and other.param_name == scheduler.param_name
        and (not other.by_epoch or max_epochs > 0)
        and share(other) > share(scheduler)
    )


def _plan(state: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in state.items() if k not in PROGRESS and not callable(v)}


def _initial_rates(runner: Runner) -> list[float]:
    """The learning rate of each group of parameters before any schedule; none follows a score."""
    schedulers = built_schedulers(runner)
    if any(isinstance(scheduler, ReduceOnPlateauParamScheduler) for scheduler in schedulers):
        return []
    wrapper = runner.optim_wrapper
    optimisers = wrapper.values() if isinstance(wrapper, OptimWrapperDict) else [wrapper]
    return [
        float(group.get('initial_lr', group['lr']))
        for optimiser in optimisers
        for group in optimiser.param_groups
    ]


def _restart(schedulers: list[_ParamScheduler]) -> None:
    """Put the initial values, as when the schedulers are built."""
    for scheduler in schedulers:
        for group in scheduler.optimizer.param_groups:
            group[scheduler.param_name] = group[f'initial_{scheduler.param_name}']
    for scheduler in schedulers:
        scheduler.base_values = [
            group[f'initial_{scheduler.param_name}'] for group in scheduler.optimizer.param_groups
        ]
        scheduler._global_step = scheduler.last_step = -1
        scheduler.step()


def _step(schedulers: list[_ParamScheduler], steps: int, *, by_epoch: bool = False) -> None:
    moving = [scheduler for scheduler in schedulers if scheduler.by_epoch == by_epoch]
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')  # that the optimiser makes no steps
        for _ in range(steps if moving else 0):
            for scheduler in moving:
                scheduler.step()
