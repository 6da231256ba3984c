"""Options of the form ``KEY=VALUE``, as mmengine reads them, but spaces in a value stay in it."""

import re
from collections.abc import Sequence
from typing import Any

from mmengine.config import DictAction

from par_plugins.structures import InputError

_DICTIONARY = re.compile(r'[=\[(,]\s*(dict\(|\{)')


def key_values(items: Sequence[str], option: str) -> dict[str, Any]:
    """Read the values of an option.

    Args:
        items: Such as ``('train_cfg.max_epochs=5', 'size=(256,192)', 'name=my toys')``.
        option: Where they stand, such as ``'--cfg-options'``.

    Raises:
        InputError: If an item has no key, or its value is neither a number, a word nor a list.

    Example:
        >>> key_values(['size=(256,192)', 'name=my toys', 'rate=1e-3'], '--cfg-options')
        {'size': (256, 192), 'name': 'my toys', 'rate': 0.001}
    """
    values = {}
    for item in items:
        key, separator, text = item.partition('=')
        if not separator:
            raise InputError(f'{option}: {item!r} is not KEY=VALUE')
        try:
            if _DICTIONARY.search(item):
                raise ValueError('a dictionary')
            is_list = set('[](),') & set(text)
            read = DictAction._parse_iterable if is_list else DictAction._parse_int_float_bool
            values[key] = read(text)
        except (RecursionError, AssertionError, ValueError):  # brackets that upstream loses
            raise InputError(
                f'{option} {item}: a value is a number, a word or a list of them; a '
                'dictionary goes into a config file, or its keys behind dots'
            ) from None
    return values
