"""Arguments that have a few possible values."""

from collections.abc import Sequence
from typing import TypeVar

from par_plugins.structures import InputError

T = TypeVar('T')


def one_of(name: str, value: T, allowed: Sequence[T]) -> T:
    """The allowed value that equals ``value``.

    Raises:
        InputError: If none does; the message names the argument.
    """
    if value not in allowed:
        raise InputError(f'{name} must be one of {", ".join(map(repr, allowed))}, got {value!r}')
    return allowed[allowed.index(value)]
