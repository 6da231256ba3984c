"""Configs as data: read without running them, and written so that they can be."""

import ast
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from pprint import pformat
from typing import Any

from mmengine.config import Config
from mmengine.registry import DATASETS

from par_plugins.structures import InputError, read_regular_file

UPSTREAM = ('mmengine', 'mmpretrain', 'mmdet')
LARGEST = 2**24
"""Bytes of a config; those of the benchmarks have a few thousand."""
ON_THE_HUB = ('hf_hub:', 'hf-hub:')
"""How timm's names of networks begin whose files it fetches."""


def read_plain_config(path: str | Path) -> Config:
    """Read a config whose lines are names and plain values, without running it.

    Nothing that is built from it runs code of its author, see :func:`refuse_code`: registries would
    import any ``type`` that has a dot.

    Args:
        path: A ``.py`` file, as :func:`plain_config_text` writes it.

    Raises:
        InputError: If it is anything else.

    Example::

        read_plain_config('released/config.py').model.head.type  # 'AttributeHead'
    """
    text = read_regular_file(path, largest=LARGEST)
    content: dict[str, Any] = {}
    try:
        for line in ast.parse(text.decode()).body:
            if not isinstance(line, ast.Assign):
                raise ValueError(f'line {line.lineno} is no assignment')
            (name,) = line.targets
            if not isinstance(name, ast.Name):
                raise ValueError(f'line {line.lineno} assigns to no name')
            content[name.id] = ast.literal_eval(line.value)
    except (ValueError, SyntaxError, RecursionError, MemoryError) as error:
        raise InputError(f'{path}: not a config of plain values ({error})') from error
    refuse_code(content, source=str(path))
    return Config(content)


def plain_config_text(content: Mapping[str, Any], *, source: str) -> str:
    """Write a config as assignments of plain values, in the order of its names.

    Args:
        content: Of plain values.
        source: The config, for messages.

    Raises:
        InputError: If a value is none, or a ``type`` no name in a registry.
    """
    refuse_code(content, source=source)
    for where, value in _leaves(content):
        finite = not isinstance(value, float) or math.isfinite(value)
        if not (finite and isinstance(value, str | int | float | None)):
            raise InputError(f'{source}: {where} is {value!r}, no value that a file can hold')
    return ''.join(f'{name} = {pformat(content[name], width=100)}\n' for name in sorted(content))


def refuse_code(content: Mapping[str, Any], *, source: str) -> None:
    """Refuse what would run code when something is built from it.

    That is a ``type`` that is no plain name, a dataset that upstream reads, whose annotations may
    be a pickle or an address, and a network that brings code of its own or is fetched.

    Args:
        content: Of a config.
        source: The config, for the message.

    Raises:
        InputError: Naming the first.
    """
    scope = content.get('default_scope') or 'mmpretrain'
    for where, value in _leaves(content):
        keys = where.split('.')
        if keys[-1] == 'type' and (not isinstance(value, str) or '.' in value):
            raise InputError(f'{source}: {where} is {value!r}, not a name in a registry')
        if 'trust_remote_code' in keys and value:
            raise InputError(f'{source}: {where} would let a network bring code of its own')
        if isinstance(value, str) and value.startswith(ON_THE_HUB):
            raise InputError(f'{source}: {where} is {value!r}, which would be fetched')
        if '_scope_' in keys:
            raise InputError(f'{source}: {where} looks names up elsewhere')
        if keys[-1] == 'type':
            with DATASETS.switch_scope_and_registry(scope) as registry:
                reader = getattr(registry.get(value), 'load_data_list', None)
            if getattr(reader, '__module__', '').partition('.')[0] in UPSTREAM:
                raise InputError(
                    f'{source}: {where} is {value!r}, whose annotations may run code: upstream '
                    'reads pickles and addresses'
                )


def _leaves(value: Any, where: str = '') -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        items: Any = value.items()
    elif isinstance(value, list | tuple):
        items = enumerate(value)
    else:
        yield where, value
        return
    for key, item in items:
        yield from _leaves(item, f'{where}.{key}'.lstrip('.'))
