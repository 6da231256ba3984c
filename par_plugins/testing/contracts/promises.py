"""How a contract is kept: one promise after another, and which one is broken."""

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mmengine.registry import Registry


def check_promises(subject: str, promises: Iterable[Callable[..., None]], *args: Any) -> None:
    """Call every promise, and say of the first that fails what it promises.

    Args:
        subject: What the message calls the component.
        promises: Functions that raise where it is broken; their docstrings say what is promised.
        *args: What they are called with.

    Raises:
        AssertionError: If one is broken.
    """
    for promise in promises:
        try:
            promise(*args)
        except Exception as error:
            sentence = (promise.__doc__ or promise.__name__).strip().splitlines()[0]
            cause = error if isinstance(error, AssertionError) else repr(error)
            raise AssertionError(f'{subject} breaks a promise: {sentence} {cause}') from error


def builder(registry: Registry, component: Any) -> Callable[[], Any]:
    """What makes a component anew, from its config or as a copy of a built one."""
    if isinstance(component, Mapping):
        return lambda: registry.build(copy.deepcopy(dict(component)))
    return lambda: copy.deepcopy(component)


def name_of(component: Any) -> str:
    """What a message calls a component."""
    return str(component) if isinstance(component, Mapping) else type(component).__name__
