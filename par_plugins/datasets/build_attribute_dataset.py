"""Datasets as command lines name them."""

from collections.abc import Mapping
from typing import Any

from mmengine.registry import DATASETS

from par_plugins.datasets.attribute_dataset import AttributeDataset
from par_plugins.structures import InputError


def attribute_dataset_class(name: str) -> type[AttributeDataset]:
    """Return the registered dataset of this name.

    Raises:
        InputError: If there is none; the message lists those there are.
    """
    known = {
        key: cls
        for key, cls in DATASETS.module_dict.items()
        if isinstance(cls, type) and issubclass(cls, AttributeDataset)
    }
    if name not in known:
        raise InputError(f'there is no dataset {name!r}; there are {", ".join(sorted(known))}')
    return known[name]


def build_attribute_dataset(
    name: str, data_root: str, split: str | None, options: Mapping[str, Any]
) -> AttributeDataset:
    """Build a dataset without a pipeline.

    Args:
        name: As it is registered.
        data_root: Folder of its files.
        split: Name of the split, None for every image.
        options: Its other arguments.

    Raises:
        InputError: If there is no such dataset or argument, or see the dataset.
    """
    cls = attribute_dataset_class(name)
    try:
        return cls(data_root=data_root, split=split, **options)
    except TypeError as error:  # an argument that it does not have, or of another type
        raise InputError(f'{name} with the options {dict(options)}: {error}') from error
