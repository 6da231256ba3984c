"""Labels of a training set, whatever wraps it."""

from typing import Any

import numpy as np

from par_plugins.structures import InputError, LabelStatistics


def labels_of(dataset: Any, name: str) -> np.ndarray:
    """Labels of a dataset, or of those that a wrapper of mmengine holds.

    Args:
        dataset: The dataset.
        name: Its attribute: ``targets`` or ``pids``.

    Raises:
        InputError: If it has none.
    """
    if hasattr(dataset, name):
        return np.asarray(getattr(dataset, name))
    if hasattr(dataset, 'datasets'):  # ConcatDataset
        return np.concatenate([labels_of(part, name) for part in dataset.datasets])
    if hasattr(dataset, 'dataset'):  # RepeatDataset, ClassBalancedDataset
        return labels_of(dataset.dataset, name)
    raise InputError(f'{type(dataset).__name__} has no {name}')


def label_statistics_of(dataset: Any) -> LabelStatistics:
    """Counts of a training set's labels, once each image.

    Args:
        dataset: The dataset.

    Raises:
        InputError: If it has no ``targets`` or no schema.
    """
    schema = dataset.metainfo.get('schema')
    if schema is None:
        raise InputError(f'{type(dataset).__name__} has no schema in its metainfo')
    return LabelStatistics.from_targets(labels_of(dataset, 'targets'), schema)
