"""Arguments that are checked once, where a component is built, each with the same sentence."""

import math
from collections.abc import Iterable
from numbers import Real
from typing import TypeVar

from par_runtime.input_error import InputError

Number = TypeVar('Number', int, float)
Value = TypeVar('Value')


def checked_number(
    name: str,
    value: Number,
    *,
    at_least: float = -math.inf,
    above: float = -math.inf,
    at_most: float = math.inf,
    below: float = math.inf,
    whole: bool = False,
) -> Number:
    """Return a number that lies within its bounds.

    >>> checked_number('rho', 0.5, above=0, at_most=1)
    0.5
    >>> checked_number('rho', 0, above=0, at_most=1)
    Traceback (most recent call last):
    par_runtime.input_error.InputError: rho must be in (0, 1], got 0

    Args:
        name: What the message calls it.
        value: The number.
        at_least: It may be this or more.
        above: It must be more.
        at_most: It may be this or less.
        below: It must be less.
        whole: Whether it must be a whole number.

    Raises:
        InputError: If it is outside, NaN or no number.
    """
    if isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value):
        inside = at_least <= value <= at_most and above < value < below
        if inside and not (whole and value % 1):
            return value
    low, high = max(at_least, above), min(at_most, below)
    left = '(' if above >= at_least else '['
    right = ')' if below <= at_most else ']'
    words = ['a whole number'] if whole else []
    if high < math.inf:
        words.append(f'in {left}{low:g}, {high:g}{right}')
    elif low > -math.inf:
        words.append(f'{"above" if left == "(" else "at least"} {low:g}')
    raise InputError(f'{name} must be {", ".join(words) or "a number"}, got {value!r}')


def checked_choice(name: str, value: Value, choices: Iterable[Value]) -> Value:
    """Return a value that is one of the choices.

    >>> checked_choice('pooling', 'mean', ['average', 'max'])
    Traceback (most recent call last):
    par_runtime.input_error.InputError: pooling must be one of average, max, got 'mean'

    Raises:
        InputError: If it is none of them.
    """
    allowed = list(choices)
    if value not in allowed:
        raise InputError(f'{name} must be one of {", ".join(map(str, allowed))}, got {value!r}')
    return value
