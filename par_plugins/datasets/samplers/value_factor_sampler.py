"""The law of over-, down- and class-balanced sampling: factors of values become those of images."""

from typing import Any, Literal

import numpy as np

from par_plugins.datasets.samplers.capped_scaling import scale_to_size
from par_plugins.datasets.samplers.epoch_planned_sampler import (
    EpochPlannedSampler,
    number_of_draws,
)
from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.datasets.samplers.resampled_labels import ResampledLabels
from par_plugins.structures import LabelStatistics


class ValueFactorSampler(EpochPlannedSampler):
    """Draw an image in proportion to the largest or smallest factor among its known values.

    A subclass says in :meth:`value_factors` what the factor of a value is, and in ``REDUCTION``
    which of an image's values counts.

    Args:
        dataset: Any dataset with ``targets``, and a schema in its ``metainfo`` unless all its
            attributes are binary.
        size: Draws M: an int is their number, a float a share of the images; None takes the sum of
            the images' factors, rounded.
        max_repeat: The cap on the draws of an image; None for no cap.
        **kwargs: ``seed``, ``rank`` and ``world_size``, see :class:`EpochPlannedSampler`.

    Raises:
        InputError: If an argument or a label is not valid, or the cap makes the size impossible.
    """

    REDUCTION: Literal['max', 'min'] = 'max'

    def __init__(
        self, dataset: Any, *, size: float | None, max_repeat: int | None, **kwargs: Any
    ) -> None:
        rows = LabelRows.of(dataset)
        factors = image_factors(self.value_factors(rows), rows, reduction=self.REDUCTION)
        draws = round(factors.sum()) if size is None else number_of_draws(size, len(dataset))
        weights = scale_to_size(factors, size=draws, max_repeat=max_repeat)
        super().__init__(dataset, ResampledLabels.from_weights(weights, rows), **kwargs)

    def value_factors(self, rows: LabelRows) -> np.ndarray:
        """Compute the ``(A, K)`` factors of values of attributes, from the labels of the images."""
        raise NotImplementedError


def image_factors(
    value_factors: np.ndarray, rows: LabelRows, *, reduction: Literal['max', 'min']
) -> np.ndarray:
    """Return the largest or smallest factor among the known values of each image.

    Args:
        value_factors: ``(A, K)`` factor of each value of each attribute.
        rows: Labels of N images.
        reduction: ``'max'`` or ``'min'``.

    Returns:
        ``(N,)``, 1 for an image without a known label.
    """
    known = rows.targets >= 0
    of_label = value_factors[np.arange(rows.targets.shape[1]), rows.targets]
    if reduction == 'max':
        of_row = np.where(known, of_label, -np.inf).max(axis=1)
    else:
        of_row = np.where(known, of_label, np.inf).min(axis=1)
    of_row[~known.any(axis=1)] = 1
    factors: np.ndarray = of_row[rows.row_of_image]
    return factors


def value_statistics(rows: LabelRows) -> LabelStatistics:
    """Return how often each value occurs among the images."""
    return LabelStatistics.from_targets(rows.targets[rows.row_of_image], rows.schema)


def majority_ratios(rows: LabelRows) -> np.ndarray:
    """Return ``n_majority / n_value`` of each value, at least 1.

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
