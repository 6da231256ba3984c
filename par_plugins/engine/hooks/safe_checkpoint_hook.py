"""Checkpoints of a run are plain data of the form that it writes."""

import copy
import math
from collections import defaultdict
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.logging import HistoryBuffer
from mmengine.optim import OptimWrapperDict
from mmengine.registry import HOOKS
from mmengine.runner import Runner
from torch import Tensor
from torch.optim import Optimizer

from par_plugins.engine.checkpoint_files import require_kind
from par_plugins.engine.checkpoint_weights import non_finite
from par_plugins.structures import AttributeSchema, InputError


@HOOKS.register_module()
class SafeCheckpointHook(Hook):
    """Refuse, in one sentence, a checkpoint whose plain data is not what the run can go on with.

    So that they can be read without running code, saved checkpoints leave out the methods that
    some parameter schedulers keep among their state; resuming finds them on the scheduler itself.
    """

    priority = 'HIGHEST'

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Leave out the schedulers' methods."""
        for states in _groups(checkpoint.get('param_schedulers', [])):
            for place, state in enumerate(states):
                states[place] = {k: v for k, v in state.items() if not callable(v)}

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Check every entry that this run looks at.

        Raises:
            InputError: Naming the file and the entry.
        """
        source = str(runner._load_from or 'the checkpoint')
        _check_kinds(checkpoint, source)
        if runner._resume:
            _check_resumable(runner, checkpoint, source)


def _groups(schedulers: Any) -> Any:
    """The lists of schedulers' states: one for each optimiser, where there are several."""
    return schedulers.values() if isinstance(schedulers, dict) else [schedulers]


def _check_kinds(checkpoint: dict[str, Any], source: str) -> None:
    """Refuse entries of another kind, of those that hooks look at in every run."""
    if 'state_dict' not in checkpoint:
        return  # weights alone
    require_kind(source, 'ema_state_dict', checkpoint.get('ema_state_dict', {}), dict)
    require_kind(source, 'param_schedulers', checkpoint.get('param_schedulers', []), (list, dict))
    meta = checkpoint.get('meta', {})
    schema = (meta.get('dataset_meta') or {}).get('schema')
    if not isinstance(schema, AttributeSchema | None):
        try:
            AttributeSchema.from_dict(schema)
        except InputError as error:
            raise InputError(f'{source}: its meta.dataset_meta.schema is {error}') from error
    points = meta.get('operating_points') or {}
    require_kind(source, 'meta.operating_points', points, dict)
    for states in _groups(checkpoint.get('param_schedulers', [])):
        require_kind(source, 'param_schedulers', states, list)
        for state in states:
            require_kind(source, 'param_schedulers', state, dict)


def _check_resumable(runner: Runner, checkpoint: dict[str, Any], source: str) -> None:
    """Refuse what training cannot go on with."""
    for entry, kind in {'meta': dict, 'message_hub': dict}.items():
        require_kind(source, entry, checkpoint.get(entry), kind)
    for entry in ('epoch', 'iter'):
        require_kind(source, f'meta.{entry}', checkpoint['meta'].get(entry), int)
        if checkpoint['meta'][entry] < 0:
            raise InputError(f'{source}: its meta.{entry} is {checkpoint["meta"][entry]}')
    require_kind(source, 'meta.seed', checkpoint['meta'].get('seed'), (int, type(None)))
    for entry in ('log_scalars', 'runtime_info', 'resumed_keys'):
        require_kind(source, f'message_hub.{entry}', checkpoint['message_hub'].get(entry), dict)
    for name, history in checkpoint['message_hub']['log_scalars'].items():
        require_kind(source, f'message_hub.log_scalars.{name}', history, HistoryBuffer)
    if wrong := non_finite(checkpoint):
        raise InputError(f'{source}: {wrong} is not finite, so that training cannot go on from it')
    if 'optimizer' in checkpoint:
        _check_optimizer(runner.optim_wrapper, checkpoint['optimizer'], source)
        counts = getattr(runner.optim_wrapper, '_accumulative_counts', math.inf)  # of several
        saved = checkpoint['optimizer']
        if checkpoint['meta']['iter'] >= counts and not saved['state']:
            after_a_step = _state_after_a_step(
                runner.optim_wrapper.optimizer, saved['param_groups']
            )
            if any(after_a_step.values()):
                raise InputError(
                    f'{source}: its optimizer.state is empty, so that training cannot go on from it'
                )
    if runner.param_schedulers is not None:
        _check_schedulers(runner.param_schedulers, checkpoint.get('param_schedulers', []), source)


def _check_optimizer(wrapper: Any, saved: Any, source: str) -> None:
    require_kind(source, 'optimizer', saved, dict)
    if isinstance(wrapper, OptimWrapperDict):
        for name, each in wrapper.items():
            require_kind(source, f'optimizer.{name}', saved.get(name), dict)
            _check_optimizer(each, saved[name], source)
        return
    for entry, kind in {'state': dict, 'param_groups': list}.items():
        require_kind(source, f'optimizer.{entry}', saved.get(entry), kind)
    for number, state in saved['state'].items():
        require_kind(source, f'optimizer.state.{number}', state, dict)
    name = type(wrapper.optimizer).__name__
    problem = f'{source}: its optimizer is not of {name} with the groups of this config'
    groups = saved['param_groups']
    if len(groups) != len(wrapper.optimizer.param_groups):
        raise InputError(f'{problem} ({len(groups)} groups)')
    for number, (old, now) in enumerate(zip(groups, wrapper.optimizer.param_groups, strict=True)):
        require_kind(source, f'optimizer.param_groups.{number}', old, dict)
        # Versions of torch add settings; another optimiser has some and lacks others.
        if set(old) - set(now) and set(now) - set(old):
            raise InputError(f'{problem} (it has {", ".join(sorted(set(old) - set(now)))})')
        _check_numbers(old, now, f'optimizer.param_groups.{number}', source)
    try:
        copy.copy(wrapper.optimizer).load_state_dict(
            {'state': saved['state'], 'param_groups': groups}
        )
    except Exception as error:  # torch's checks end in errors of every kind
        raise InputError(f'{problem} ({type(error).__name__}: {error})') from error
    _check_state(wrapper.optimizer, saved, source)


def _check_state(optimizer: Optimizer, saved: dict[str, Any], source: str) -> None:
    """Refuse a state that a step would not have left: the optimiser would begin anew, or fail."""
    state = saved['state']
    for number, entries in _state_after_a_step(optimizer, saved['param_groups']).items():
        for name, value in entries.items() if number in state else ():
            entry = f'optimizer.state.{number}.{name}'
            if name not in state[number]:
                raise InputError(f'{source}: it has no {entry}')
            shape = getattr(state[number][name], 'shape', ())
            if isinstance(value, Tensor) and shape != value.shape:
                raise InputError(
                    f'{source}: its {entry} is of shape {tuple(shape)}, not {tuple(value.shape)}'
                )


def _state_after_a_step(optimizer: Optimizer, groups: list[Any]) -> dict[int, dict[str, Any]]:
    """What an optimiser keeps of each parameter, by number, from a step without memory.

    Nothing for an optimiser that cannot make a step without numbers.
    """
    trial = copy.copy(optimizer)
    trial.state, trial.param_groups, parameters = defaultdict(dict), [], {}
    for group, old in zip(optimizer.param_groups, groups, strict=True):
        of_group = []
        for number, parameter in zip(old['params'], group['params'], strict=True):
            of_group.append(torch.zeros_like(parameter, device='meta'))
            of_group[-1].grad = torch.zeros_like(of_group[-1])
            parameters[number] = of_group[-1]
        plain = {'foreach': False, 'fused': False, 'capturable': False}
        settings = {**group, **old, **{k: v for k, v in plain.items() if k in group}}
        trial.param_groups.append({**settings, 'params': of_group})
    try:
        type(optimizer).step.__get__(trial)()
    except Exception:  # another project's may do anything with its tensors
        return {}
    return {number: dict(trial.state[tensor]) for number, tensor in parameters.items()}


def _check_schedulers(schedulers: Any, saved: Any, source: str) -> None:
    if isinstance(schedulers, dict):
        require_kind(source, 'param_schedulers', saved, dict)
        for name, each in schedulers.items():
            _check_schedulers(each, saved.get(name), source)
        return
    require_kind(source, 'param_schedulers', saved, list)
    for number, (scheduler, state) in enumerate(zip(schedulers, saved, strict=False)):
        _check_numbers(state, vars(scheduler), f'param_schedulers.{number}', source)


def _check_numbers(saved: dict[Any, Any], now: dict[Any, Any], entry: str, source: str) -> None:
    """Refuse anything else where this run has a number, or several."""
    for name, value in saved.items():
        current = now.get(name)
        if isinstance(current, tuple) and all(isinstance(each, int | float) for each in current):
            require_kind(source, f'{entry}.{name}', value, (tuple, list))
            old: dict[Any, Any] = dict(enumerate(value))
            _check_numbers(old, dict(enumerate(current)), f'{entry}.{name}', source)
        elif isinstance(current, int | float) and not isinstance(current, bool):
            require_kind(source, f'{entry}.{name}', value, (int, float, Tensor))
