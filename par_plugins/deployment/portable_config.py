"""The config of a release: resolved, without anything of the machine that trained it."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlparse

from mmengine.config import Config

from par_plugins.inference.load_model import without_pretrained
from par_plugins.structures import AttributeSchema

OF_A_RUN = ('work_dir', 'launcher', 'load_from', 'resume', 'run_id', 'experiment_name')
"""Entries that are about one run on one machine."""
LOCAL = re.compile(r'^(/|~|\\\\|[A-Za-z]:[\\/]|file://)|(^|[\\/])\.\.([\\/]|$)')
"""Paths that say where files lie on a machine: absolute ones, and those that leave the folder."""
SCOPE = 'mmpretrain.'


def portable_config(cfg: Config, schema: AttributeSchema) -> dict[str, Any]:
    """Return the content of a config that means the same elsewhere.

    Local paths become relative ones: a dataset's root ``data/NAME``, anything else its last name.
    The network begins without other weights, since all are in the release.

    Args:
        cfg: A full config.
        schema: Takes the place of ``'dataset'`` as the schema of the head.
    """
    content = cfg.to_dict()
    for name in OF_A_RUN:
        content.pop(name, None)
    content['model'] = without_pretrained(content['model'])
    if content.get('data_preprocessor'):
        content['model'].setdefault('data_preprocessor', content['data_preprocessor'])
    head = content['model'].get('head')
    if isinstance(head, dict) and isinstance(head.get('schema'), str):
        head['schema'] = schema.to_dict()
    portable: dict[str, Any] = _portable(content)
    return portable


def initial_weights(cfg: Config) -> list[str]:
    """Return the public addresses of the weights that training began with."""
    return sorted(
        value
        for value in _strings(cfg.to_dict().get('model'))
        if urlparse(value).scheme == 'https' and '.' in urlparse(value).netloc
    )


def _portable(value: Any, key: str = '') -> Any:
    if isinstance(value, Mapping):
        return {name: _portable(item, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_portable(item, key) for item in value)
    if not isinstance(value, str):
        return value
    if key == 'type':
        return value.removeprefix(SCOPE)  # the scope of every config of this project
    if LOCAL.search(value):
        last = re.split(r'[\\/]+', value.rstrip('\\/'))[-1].strip('.~') or 'data'
        return f'data/{last}' if key == 'data_root' else last
    return value


def _strings(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [text for item in value for text in _strings(item)]
    return [value] if isinstance(value, str) else []
