"""The weights of a release: the same tensors as a checkpoint of torch and as safetensors."""

import io
import json
from collections import OrderedDict
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.engine.hooks.operating_point_hook import ANSWER_RULES, KEY
from par_plugins.structures import AnswerRules, AttributeSchema, InputError

SAFETENSORS_ENTRY = 'par_plugins'
"""Of the metadata; a single one, because the order of several changes from file to file."""


def read_releasable(checkpoint: str) -> dict[str, Any]:
    """Read a checkpoint and keep what predicting needs of it.

    Its ``state_dict`` is the moving average of a run that has one.

    Args:
        checkpoint: A file with schema and answer rules.

    Returns:
        ``state_dict`` of dense tensors of their own, and ``meta``: plain data alone.

    Raises:
        InputError: If it cannot be read, or lacks one of them.
    """
    content = load_checkpoint_file(checkpoint, map_location='cpu')
    meta = content.get('meta') or {}
    schema = (meta.get('dataset_meta') or {}).get('schema')
    if schema is None:
        raise InputError(f'{checkpoint}: does not say which attributes it was trained on')
    if not isinstance(schema, AttributeSchema):
        schema = AttributeSchema.from_dict(schema)
    if not meta.get(ANSWER_RULES):
        raise InputError(
            f'{checkpoint}: has no operating points, without which nobody knows when its answer '
            'is yes: tools/analysis/fit_operating_points.py finds them'
        )
    rules = AnswerRules.from_dict(meta[ANSWER_RULES], schema, source=checkpoint)
    dataset_meta: dict[str, Any] = {'schema': schema.to_dict()}
    if schema.all_binary:
        dataset_meta['classes'] = list(schema.names)  # what upstream's inferencers call outputs
    return {
        'meta': {
            'dataset_meta': dataset_meta,
            KEY: _plain(meta.get(KEY) or {}),
            ANSWER_RULES: rules.to_dict(),
        },
        'state_dict': OrderedDict(
            (name, weight.detach().clone(memory_format=torch.contiguous_format))
            for name, weight in content['state_dict'].items()
        ),
    }


def checkpoint_bytes(content: Mapping[str, Any]) -> bytes:
    """Return what ``torch.save`` writes, which into a file would have its name inside.

    Args:
        content: Of :func:`read_releasable`.
    """
    buffer = io.BytesIO()
    torch.save(dict(content), buffer)
    return buffer.getvalue()


def safetensors_bytes(content: Mapping[str, Any]) -> bytes:
    """Return the same tensors and data in the form of safetensors.

    Args:
        content: Of :func:`read_releasable`.

    Raises:
        InputError: If the package is missing.
    """
    meta = json.dumps(content['meta'], sort_keys=True)
    data: bytes = _safetensors().save(dict(content['state_dict']), {SAFETENSORS_ENTRY: meta})
    return data


def read_safetensors(path: Path) -> dict[str, Any]:
    """Read what :func:`safetensors_bytes` has made.

    Args:
        path: The file.

    Returns:
        ``state_dict`` and ``meta``.

    Raises:
        InputError: If the package is missing, or the file is another.
    """
    _safetensors()
    from safetensors import safe_open

    try:
        with safe_open(path, framework='pt') as file:
            weights: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            meta = json.loads((file.metadata() or {})[SAFETENSORS_ENTRY])
    except Exception as error:  # its own class of error, and what JSON and dicts raise
        raise InputError(f'{path}: not the safetensors of a release ({error})') from error
    return {'state_dict': weights, 'meta': meta}


def _safetensors() -> Any:
    try:
        return import_module('safetensors.torch')
    except ImportError as error:
        raise InputError(
            "model.safetensors needs safetensors: pip install 'par-plugins[deploy]'"
        ) from error


def _plain(value: Any) -> Any:
    """A copy of plain data, its numbers Python's own."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise InputError(f'the operating points are no plain data ({error})') from error
