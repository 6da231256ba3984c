"""Mistakes in a config, each in a sentence that names the key and what is nearest to it."""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from mmengine.config import Config
from mmengine.registry import Registry, build_functions
from mmengine.runner import Runner

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
    building = [frame for frame in frames if frame.f_code in BUILDERS]
    if not building:
        return None
    values = building[-1].f_locals
    component, registry = values['cfg'], values['registry']
    if not isinstance(component, Mapping) or not isinstance(registry, Registry):
        return None
    config = next(
        (
            found
            for frame in frames
            for found in (frame.f_locals.get('cfg'), getattr(frame.f_locals.get('self'), 'cfg', 0))
            if isinstance(found, Config)
        ),
        Config(),
    ).to_dict()
    name = component.get('type')
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
    message = ' '.join(str(error.args[0] if error.args else error).split())
    reason = f'{getattr(cls, "__name__", cls)}: {message}'
    options = _arguments(cls)
    for key in component:
        if f"unexpected keyword argument '{key}'" in message:
            reason = f'{name} has no option {key!r}{nearest(key, options)}'
            prefix = f'{where}.{key}: ' if where else ''
    return prefix + reason


def _components(config: Any, path: str = '') -> Iterator[tuple[str, Any]]:
    """The dictionaries in a config that have a type, with their dotted paths."""
    if isinstance(config, Mapping):
        if 'type' in config:
            yield path, config
        items: Iterable[tuple[Any, Any]] = config.items()
    else:
        items = enumerate(config) if isinstance(config, list | tuple) else ()
    for key, value in items:
        yield from _components(value, f'{path}.{key}' if path else str(key))


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


def _tracebacks(traceback: TracebackType | None) -> Iterator[TracebackType]:
    while traceback is not None:
        yield traceback
        traceback = traceback.tb_next
