"""One factor for each image from one factor for each value of each attribute."""

from typing import Literal

import numpy as np

from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.structures import LabelStatistics


def image_factors(
    value_factors: np.ndarray, rows: LabelRows, *, reduction: Literal['max', 'min']
) -> np.ndarray:
    """The largest or smallest factor among the known values of each image.

    Args:
        value_factors: ``(A, K)`` factor of each value of each attribute.
        rows: Labels of N images.
        reduction: ``'max'`` or ``'min'``.

    Returns:
        ``(N,)``, 1 for an image without a known label.
    """
    known = rows.targets >= 0
    found = value_factors[np.arange(rows.targets.shape[1]), rows.targets]
    if reduction == 'max':
        of_row = np.where(known, found, -np.inf).max(axis=1)
    else:
        of_row = np.where(known, found, np.inf).min(axis=1)
    of_row[~known.any(axis=1)] = 1
    factors: np.ndarray = of_row[rows.row_of_image]
    return factors


def value_statistics(rows: LabelRows) -> LabelStatistics:
    """How often each value occurs among the images."""
    return LabelStatistics.from_targets(rows.targets[rows.row_of_image], rows.schema)


def majority_ratios(rows: LabelRows) -> np.ndarray:
    """``n_majority / n_value`` of each value, at least 1.

    Args:
        rows: Labels of N images.

    Returns:
        ``(A, K)``, 1 where no image has the value.
    """
    counts = value_statistics(rows).counts
    majority = counts.max(axis=1, keepdims=True)
    ratios: np.ndarray = np.ones(counts.shape)
    np.divide(majority, counts, out=ratios, where=counts > 0)
    return ratios
