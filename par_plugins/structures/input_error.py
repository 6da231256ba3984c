"""The error for input that is not what it should be."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar('T')


class InputError(ValueError):
    """A file, label, checkpoint or argument is wrong; the message is one sentence naming it."""


def one_of(name: str, value: T, allowed: Sequence[T]) -> T:
    """Check an argument that has a few possible values.

    Args:
        name: Of the argument.
        value: What it was given.
        allowed: What it may be.

    Returns:
        The allowed value that equals ``value``.

    Raises:
        InputError: If none does; the message names the argument.

    >>> one_of('annotation', 'fine', ('coarse', 'fine'))
    'fine'
    """
    if value not in allowed:
        raise InputError(f'{name} must be one of {", ".join(map(repr, allowed))}, got {value!r}')
    return allowed[allowed.index(value)]
