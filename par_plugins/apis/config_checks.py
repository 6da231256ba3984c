"""Mistakes in a config, each in a sentence that names the key and what is nearest to it."""

import functools
import inspect
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

import mmengine.runner
import torch
from mmcv.transforms import BaseTransform
from mmengine.config import Config
from mmengine.hooks import CheckpointHook
from mmengine.registry import Registry, build_functions
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from par_plugins.datasets.seeded_batches import random_numbers_of
from par_plugins.structures import InputError

P = ParamSpec('P')
R = TypeVar('R')
RUNNER_KEYS = {
    *inspect.signature(Runner.__init__).parameters,
    *('runner_type', 'custom_imports', 'model_wrapper_cfg', 'find_unused_parameters', 'compile'),
    *('activation_checkpointing', 'efficient_conv_bn_eval'),
} - {'self', 'cfg'}
"""What a runner looks for in a config; other keys are variables that help to write it."""
BUILDERS = [
    function.__code__
    for function in (build_functions.build_from_cfg, build_functions.build_scheduler_from_cfg)
]
SECTIONS = {
    getattr(Runner, method).__code__: argument
    for method, argument in {
        'build_dataloader': 'dataloader',
        'build_train_loop': 'train_cfg',
        'build_val_loop': 'val_cfg',
        'build_test_loop': 'test_cfg',
        'set_randomness': 'randomness',
        'setup_env': 'env_cfg',
        'build_logger': 'log_level',
    }.items()
}
"""What a runner makes without a registry, and the key of a config that it makes it of."""
UNEXPECTED = re.compile(r"([\w.]+)\(\) got an unexpected keyword argument '(\w+)'")
READ_AS_THEY_ARE = {
    'env_cfg': {'cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit'},
    'auto_scale_lr': {'enable', 'base_batch_size'},
}
"""Keys of sections of which a runner takes what it knows, and passes over the rest."""
DICTIONARIES = ('model', '_dataloader', '_cfg', 'optim_wrapper', 'default_hooks', 'randomness')
"""How the keys of sections end that are made of keys themselves."""
OF_COMPONENTS = (TypeError, KeyError, ValueError, AssertionError, AttributeError)
"""How components say that their arguments are wrong."""


def check_option_keys(cfg: Config, options: Iterable[str]) -> None:
    """Refuse options of keys that nothing will look for.

    Args:
        cfg: The config without them.
        options: Their dotted keys.

    Raises:
        InputError: If the first part of a key is neither in the config nor a runner's.
    """
    known = RUNNER_KEYS | set(cfg)
    for option in options:
        key = option.partition('.')[0]
        if key not in known:
            raise InputError(f'--cfg-options {option}: there is no {key!r}{nearest(key, known)}')


def check_top_level_keys(cfg: Config, path: str) -> None:
    """Refuse a variable of a config whose name is a slip of the pen from a runner's key.

    Args:
        cfg: The config.
        path: Of its file.

    Raises:
        InputError: If a key is one or two letters away from one that a runner looks for.
    """
    for key in cfg:
        near = [name for name in RUNNER_KEYS if key not in RUNNER_KEYS and _slips(key, name) <= 2]
        if near:
            raise InputError(
                f'{path}: {key!r} is no key of a runner; is {min(near)!r} meant? '
                'Name a helping variable otherwise'
            )


def check_sections(cfg: Config) -> None:
    """Refuse what a runner would pass over without a word, and sections that are none.

    Args:
        cfg: The config.

    Raises:
        InputError: Naming the key, and what is nearest to it.
    """
    for key in RUNNER_KEYS & set(cfg):
        value = cfg[key]
        if key.endswith(DICTIONARIES) and not isinstance(value, Mapping | None):
            raise InputError(f'{key}: must be a dictionary, got {value!r}')
        if key == 'custom_hooks' and not isinstance(value, Sequence | None):
            raise InputError(f'{key}: must be a list, got {value!r}')
    for section, known in READ_AS_THEY_ARE.items():
        for key in cfg.get(section) or ():
            if key not in known:
                raise InputError(
                    f'{section}.{key}: there is no option {key!r}{nearest(key, known)}'
                )


def check_intervals(runner: Runner) -> None:
    """Refuse, before training, what would end it in the middle.

    Args:
        runner: Its training loop is built.

    Raises:
        InputError: If it is to train for no step, validate at an interval below 1, or a hook acts
            at an interval that is no whole number or saves with options that there are not.
    """
    loop = runner.train_loop
    for name in ('max_epochs', 'max_iters', 'val_interval'):
        value = getattr(loop, name, 1)
        if not isinstance(value, int) or value < 1:
            raise InputError(f'train_cfg.{name} must be a whole number of 1 or more, got {value!r}')
    for hook in runner.hooks:
        interval = getattr(hook, 'interval', 1)
        if not isinstance(interval, int | Sequence) or isinstance(interval, str):
            raise InputError(
                f'{type(hook).__name__}: interval must be a whole number, got {interval!r}'
            )
        if isinstance(hook, CheckpointHook):
            options = _arguments(CheckpointHook) | _arguments(Runner.save_checkpoint)
            for key in hook.args.keys() - options:
                raise InputError(
                    f'default_hooks.checkpoint.{key}: CheckpointHook has no option '
                    f'{key!r}{nearest(key, options)}'
                )


def check_clipping(cfg: Config) -> None:
    """Refuse, before training, options of ``clip_grad`` that PyTorch cannot take.

    Args:
        cfg: The config.

    Raises:
        InputError: Naming the key and saying what is wrong.
    """
    weight = torch.nn.Parameter(torch.zeros(1))
    weight.grad = torch.zeros(1)
    for path, options in _values({'optim_wrapper': cfg.get('optim_wrapper')}):
        if path.endswith('.clip_grad') and options:
            given = dict(options)
            value = given.pop('type', 'norm') == 'value'
            clip = torch.nn.utils.clip_grad_value_ if value else torch.nn.utils.clip_grad_norm_
            try:
                clip([weight], **given)
            except (TypeError, ValueError, RuntimeError) as error:
                raise InputError(f'{path}: {error}') from error


def check_pipelines(runner: Runner) -> None:
    """Refuse, before training, transforms whose arguments fit no picture; they look only then.

    Args:
        runner: Its loops are built.

    Raises:
        InputError: Naming the first transform that fails, and why.
    """
    for name, loop in (('train', runner.train_loop), ('val', runner.val_loop)):
        dataset: Any = getattr(getattr(loop, 'dataloader', None), 'dataset', ())
        if not len(dataset):
            continue
        try:
            with random_numbers_of((0,)):
                dataset[0]
        except (InputError, OSError):
            continue  # a picture's fault, not the config's: it is named where it is met
        except Exception as error:  # libraries of pictures have errors of their own
            frames = [frame.tb_frame for frame in _tracebacks(error.__traceback__)]
            transform = [
                f.f_locals['self']
                for f in frames
                if isinstance(f.f_locals.get('self'), BaseTransform)
            ]
            if not transform:
                raise
            why = ' '.join(str(error).split()) or type(error).__name__
            raise InputError(
                f'{name}_dataloader.dataset.pipeline: {transform[0]}: {why}'
            ) from error


def mistakes_in_a_sentence(function: Callable[P, R]) -> Callable[P, R]:
    """Raise what components say about their arguments as an :class:`InputError`."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except OF_COMPONENTS as error:
            if isinstance(error, InputError) or (sentence := config_mistake(error)) is None:
                raise
            raise InputError(sentence) from error

    return wrapper


def config_mistake(error: BaseException) -> str | None:
    """Say where in a config a component could not be built.

    Args:
        error: What its building raised, with the traceback.

    Returns:
        One sentence; None where nothing was being built from a config.
    """
    frames = [frame.tb_frame for frame in _tracebacks(error.__traceback__)]
    message = ' '.join(str(error.args[0] if error.args else error).split())
    if not message:  # a bare assertion says nothing but its source
        message = traceback.extract_tb(error.__traceback__)[-1].line or type(error).__name__
    config = next(
        (
            found
            for frame in frames
            for found in (frame.f_locals.get('cfg'), getattr(frame.f_locals.get('self'), 'cfg', 0))
            if isinstance(found, Config)
        ),
        Config(),
    ).to_dict()
    building = [f for f in frames if f.f_code in BUILDERS or f.f_code in SECTIONS]
    if building and building[-1].f_code in BUILDERS:
        return _component_mistake(building[-1].f_locals, config, message)
    if unexpected := UNEXPECTED.search(message):
        name, key = unexpected[1].removesuffix('.__init__').rpartition('.')[2], unexpected[2]
        places = [path for path, _ in _values(config) if path.rpartition('.')[2] == key]
        maker = getattr(mmengine.runner, name, getattr(Runner, name, None))
        maker = DataLoader if name == DataLoader.__name__ else maker
        if maker is not None and places:
            return f'{places[0]}: there is no option {key!r}{nearest(key, _arguments(maker))}'
    if frames[-1].f_code is Runner.__init__.__code__:
        return message.partition(', but got')[0]
    if not building:
        return None
    section = SECTIONS[building[-1].f_code]
    value = building[-1].f_locals.get(section)
    if section not in config:
        section = next(
            (k for k, v in config.items() if k.endswith(section) and v == value), section
        )
    return f'{section}: {type(error).__name__}: {message}'


def _component_mistake(values: Mapping[str, Any], config: Any, message: str) -> str | None:
    """What is wrong with a component.

    Args:
        values: Variables of the function that has built it.
        config: The whole one.
        message: What its building said.
    """
    component, registry = values['cfg'], values['registry']
    if not isinstance(component, Mapping) or not isinstance(registry, Registry):
        return None
    name = component.get('type')
    if name is None:
        where = next((path for path, value in _values(config) if value == component), 'a component')
        siblings = {
            path.rpartition('.')[2]
            for path, _ in _values(config)
            if path.rpartition('.')[0] == where.rpartition('.')[0] and path != where
        }
        return f'{where}: it has no type{nearest(where.rpartition(".")[2], siblings)}'
    where = max(
        (pair for pair in _components(config) if pair[1]['type'] == name),
        key=lambda pair: (pair[1] == component, _shared(pair[1], component)),
        default=('', {}),
    )[0]
    prefix = f'{where}: ' if where else ''
    cls = values.get('obj_cls') or values.get('scheduler_cls')
    if cls is None:
        return (
            f'{prefix}there is no {name!r} among the {registry.name}s'
            f'{nearest(str(name), _registered(registry))}'
        )
    reason = f'{getattr(cls, "__name__", cls)}: {message}'
    options = _arguments(cls)
    for key in component:
        if f"unexpected keyword argument '{key}'" in message:
            reason = f'{name} has no option {key!r}{nearest(key, options)}'
            prefix = f'{where}.{key}: ' if where else ''
    return prefix + reason


def _components(config: Any) -> Iterator[tuple[str, Any]]:
    """The dictionaries in a config that have a type, with their dotted paths."""
    for path, value in [('', config), *_values(config)]:
        if isinstance(value, Mapping) and 'type' in value:
            yield path, value


def _values(config: Any, path: str = '') -> Iterator[tuple[str, Any]]:
    """Everything in a config with its dotted path."""
    if isinstance(config, Mapping):
        items: Iterable[tuple[Any, Any]] = config.items()
    else:
        items = enumerate(config) if isinstance(config, list | tuple) else ()
    for key, value in items:
        place = f'{path}.{key}' if path else str(key)
        yield place, value
        yield from _values(value, place)


def _shared(part: Mapping[str, Any], component: Mapping[str, Any]) -> int:
    """Number of equal items; what builds a component may have added some."""
    return sum(key in component and bool(component[key] == part[key]) for key in part)


def _registered(registry: Registry) -> set[str]:
    """The names that a registry and those above it know."""
    names = set(registry.module_dict)
    return names | (_registered(registry.parent) if registry.parent is not None else set())


def _arguments(cls: Any) -> set[str]:
    """The arguments of a class, and of those that it hands others on to."""
    names: set[str] = set()
    for base in inspect.getmro(cls) if inspect.isclass(cls) else (cls,):
        function = base.__init__ if inspect.isclass(base) else base
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):  # written in C
            break
        names |= {p.name for p in parameters if p.kind is not p.VAR_KEYWORD} - {'self', 'args'}
        if all(p.kind is not p.VAR_KEYWORD for p in parameters):
            break
    return names


def nearest(word: str, known: Iterable[str]) -> str:
    """Say which of the known words is nearest to one that is not known, if any is near."""
    near = get_close_matches(word, sorted(known), n=1)
    return f'; the nearest is {near[0]!r}' if near else ''


def _slips(word: str, other: str) -> int:
    """Letters added, left out, changed or exchanged with their neighbours between two words."""
    if abs(len(word) - len(other)) > 2:
        return 3
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(word, 1):
        rows.append([i])
        for j, wanted in enumerate(other, 1):
            costs = [
                rows[i - 1][j] + 1,
                rows[i][j - 1] + 1,
                rows[i - 1][j - 1] + (letter != wanted),
            ]
            if i > 1 and j > 1 and word[i - 2 : i] == other[j - 2 : j][::-1]:
                costs.append(rows[i - 2][j - 2] + 1)
            rows[i].append(min(costs))
    return rows[-1][-1]


def _tracebacks(first: TracebackType | None) -> Iterator[TracebackType]:
    while first is not None:
        yield first
        first = first.tb_next
