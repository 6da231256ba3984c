"""Pipelines in which nobody could tell whether a picture was mirrored."""

from collections.abc import Iterable, Iterator
from typing import Any

from mmcv.transforms import RandomFlip
from mmpretrain.datasets import PackInputs

from par_plugins.datasets.transforms.pack_attribute_inputs import PackAttributeInputs
from par_plugins.structures import InputError

UNRECORDED = 'RandomHorizontalFlip'  # torchvision's leaves no note in the sample


def require_known_flips(transforms: Iterable[Any]) -> None:
    """Refuse a pipeline after which the labels of left and right could not be exchanged.

    Args:
        transforms: Transforms, which may hold others.

    Raises:
        InputError: If two of them flip (the second forgets the first), one is torchvision's, or
            upstream's ``PackInputs`` packs what was flipped.
    """
    every = list(_every(transforms))
    flips = [transform for transform in every if isinstance(transform, RandomFlip)]
    inner = [type(getattr(transform, 't', transform)).__name__ for transform in every]
    problem = None
    if len(flips) > 1:
        problem = f'{len(flips)} RandomFlip, of which only the last is remembered: take one'
    elif UNRECORDED in inner:
        problem = f"{UNRECORDED}, which leaves no note of it: take mmcv's RandomFlip"
    elif flips and any(
        isinstance(transform, PackInputs) and not isinstance(transform, PackAttributeInputs)
        for transform in every
    ):
        problem = 'PackInputs, which does not exchange labels: take PackAttributeInputs'
    if problem is not None:
        raise InputError(f'the schema has labels of left and right, and the pipeline has {problem}')


def _every(transforms: Iterable[Any]) -> Iterator[Any]:
    for transform in transforms:
        yield transform
        inner = getattr(transform, 'transforms', ())
        inner = getattr(inner, 'transforms', inner)  # a Compose that another one holds
        yield from _every(inner if isinstance(inner, list | tuple) else ())
