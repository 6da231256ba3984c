"""The labels of a training set, whatever wraps it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from par_plugins.datasets.identity_sources import keep_identities_apart
from par_plugins.structures import AttributeSchema, InputError, LabelStatistics


def labels_of(dataset: Any, name: str, *, repeated: bool = True) -> np.ndarray:
    """Return labels of a dataset, or of those that it wraps, in any nesting.

    The wrappers of mmengine (``RepeatDataset``, ``ConcatDataset``, ``ClassBalancedDataset``) and
    :class:`torch.utils.data.Subset` are seen through; of other wrappers, those that give the
    images of one dataset in its order. Identities and cameras of several sources are kept apart,
    in the samples too: see :func:`keep_identities_apart`.

    Args:
        dataset: The dataset.
        name: An attribute of the datasets that hold the images: ``targets``, ``pids`` or
            ``camids``.
        repeated: Whether a label comes as often as its image, in the order of the images, which is
            what a sampler draws from; else once each image, which is what counts are taken of.

    Returns:
        ``(N, ...)`` labels.

    Raises:
        InputError: If a dataset has none or, where it is wrapped or its images are drawn, not one
            row for each image, or is wrapped in an unknown way.
    """
    if name in ('pids', 'camids'):
        keep_identities_apart(sources_of(dataset))
    if not repeated and hasattr(dataset, name):
        return np.asarray(getattr(dataset, name))  # counted, a picture may have several people
    rows = _label_rows(dataset, name)
    starts = np.cumsum([0, *(len(table) for table in rows.tables)])
    indices = starts[rows.table] + rows.row
    labels: np.ndarray = np.concatenate(rows.tables)[indices if repeated else np.unique(indices)]
    return labels


def schema_of(dataset: Any) -> AttributeSchema | None:
    """Return what the targets of a dataset stand for, whatever wraps it; None where nobody says.

    Raises:
        InputError: If datasets that are joined differ in it.
    """
    schemas = [getattr(source, 'metainfo', {}).get('schema') for source in sources_of(dataset)]
    known = [schema for schema in schemas if schema is not None]
    for schema in known[1:]:
        known[0].require_equal(schema, source='another of the joined datasets')
    if known and len(known) < len(schemas):
        raise InputError(f'{type(dataset).__name__} joins datasets with a schema and without one')
    return known[0] if known else None


def label_statistics_of(dataset: Any) -> LabelStatistics:
    """Return counts of a training set's labels, once each image.

    Args:
        dataset: The dataset.

    Raises:
        InputError: If it has no ``targets`` or no schema.
    """
    schema = schema_of(dataset)
    if schema is None:
        raise InputError(f'{type(dataset).__name__} has no schema in its metainfo')
    return LabelStatistics.from_targets(labels_of(dataset, 'targets', repeated=False), schema)


def sources_of(dataset: Any) -> list[Any]:
    """Return the different datasets that hold the images, in order."""
    wrapped = _wrapped_by(dataset)
    if wrapped is None:
        return [dataset]
    sources = {id(source): source for inner in wrapped for source in sources_of(inner)}
    return list(sources.values())


class _LabelRows(NamedTuple):
    """For each image its table, one for each source, and its row in there."""

    sources: list[Any]
    tables: list[np.ndarray]
    table: np.ndarray
    row: np.ndarray


def _label_rows(dataset: Any, name: str) -> _LabelRows:
    wrapped = _wrapped_by(dataset)
    if wrapped is None:
        labels = _labels_in(dataset, name)
        zeros = np.zeros(len(labels), np.int64)
        return _LabelRows([dataset], [labels], zeros, np.arange(len(labels)))
    if getattr(dataset, 'full_init', None) is not None:
        dataset.full_init()
    joined = _joined([_label_rows(inner, name) for inner in wrapped])
    if len(wrapped) > 1 or hasattr(dataset, 'datasets'):
        return joined
    images = _images_of(dataset, len(joined.row))
    return joined._replace(table=joined.table[images], row=joined.row[images])


def _wrapped_by(dataset: Any) -> Sequence[Any] | None:
    """What a wrapper wraps, None for a dataset that holds its images itself."""
    if hasattr(dataset, 'targets'):
        return None
    if hasattr(dataset, 'datasets'):
        return list(dataset.datasets)
    if hasattr(dataset, 'dataset'):
        return [dataset.dataset]
    return None


def _images_of(wrapper: Any, num_images: int) -> np.ndarray:
    """Which of the wrapped dataset's images a wrapper of one dataset gives, in order."""
    every = np.arange(num_images)
    if hasattr(wrapper, 'repeat_indices'):  # ClassBalancedDataset
        return every[np.asarray(wrapper.repeat_indices, dtype=np.int64)]
    if hasattr(wrapper, 'times'):  # RepeatDataset
        return np.tile(every, wrapper.times)
    if hasattr(wrapper, 'indices'):  # Subset
        return every[np.asarray(wrapper.indices, dtype=np.int64)]
    if len(wrapper) != num_images:
        raise InputError(
            f'{type(wrapper).__name__} gives {len(wrapper)} of {num_images} images, and does not '
            'say which, as RepeatDataset, ClassBalancedDataset and Subset do'
        )
    return every


def _labels_in(dataset: Any, name: str) -> np.ndarray:
    if not hasattr(dataset, name):
        raise InputError(f'{type(dataset).__name__} has no {name}')
    labels = np.asarray(getattr(dataset, name))
    if hasattr(dataset, '__len__') and len(labels) != len(dataset):
        raise InputError(
            f'{type(dataset).__name__} has {len(dataset)} images but {len(labels)} rows of {name}'
        )
    return labels


def _joined(inner: Sequence[_LabelRows]) -> _LabelRows:
    """The images of several, one after the other; a source that comes twice has one table."""
    sources: list[Any] = []
    tables: list[np.ndarray] = []
    index_of: dict[int, int] = {}
    table_of: list[np.ndarray] = []
    for rows in inner:
        for source, table in zip(rows.sources, rows.tables, strict=True):
            if id(source) not in index_of:
                index_of[id(source)] = len(sources)
                sources.append(source)
                tables.append(table)
        numbers = np.array([index_of[id(source)] for source in rows.sources])
        table_of.append(numbers[rows.table])
    row = np.concatenate([rows.row for rows in inner])
    return _LabelRows(sources, tables, np.concatenate(table_of), row)
