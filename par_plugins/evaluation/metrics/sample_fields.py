"""Fields of data samples as tensors, and the sentence for one that is missing or misshapen."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from par_plugins.structures import InputError


def stack_field(
    data_samples: Sequence[Mapping[str, Any]], key: str, shape: tuple[int, ...]
) -> Tensor:
    """Return one field of all samples, a row for each, on the CPU, in single precision at least.

    Args:
        data_samples: One dict an image.
        key: Name of the field.
        shape: What each must have.

    Raises:
        InputError: If a sample has no such field, or of another shape; the message names the
            image.
    """
    rows = []
    for sample in data_samples:
        if key not in sample:
            raise InputError(f'{image_of(sample)}: its data sample has no {key!r}')
        row = torch.as_tensor(sample[key])
        if row.shape != shape:
            raise InputError(f'{image_of(sample)}: {key} of shape {tuple(row.shape)}, not {shape}')
        rows.append(row)
    stacked = torch.stack(rows).detach().cpu()
    return stacked.float() if stacked.dtype in (torch.float16, torch.bfloat16) else stacked


def first_field(data_samples: Sequence[Mapping[str, Any]], *names: str) -> str:
    """Return the first name that the samples have; the first of all where they have none."""
    return next((name for name in names if any(name in s for s in data_samples)), names[0])


def image_of(sample: Mapping[str, Any]) -> str:
    """Return what a message calls the image of a sample."""
    return str(sample.get('img_path', 'an image without img_path'))
