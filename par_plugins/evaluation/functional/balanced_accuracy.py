"""Class-balanced accuracy of attributes with two or more values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from par_plugins.evaluation.functional.matrices import as_matrix, paired_chunks, refuse_entries
from par_plugins.structures import UNKNOWN, InputError


@dataclass(frozen=True)
class ValueCounts:
    """How often each value occurs and is predicted right; ``+`` joins two sets of images.

    Attributes:
        num_values: Number of values of each attribute.
        labelled: ``(A, K)`` int64, K the largest number of values: known labels.
        right: ``(A, K)`` int64: those predicted right.
    """

    num_values: tuple[int, ...]
    labelled: Tensor
    right: Tensor

    @classmethod
    def from_batch(
        cls,
        predictions: Tensor | ArrayLike,
        targets: Tensor | ArrayLike,
        num_values: int | Sequence[int],
    ) -> 'ValueCounts':
        """Count one batch of images; arguments and errors as in :func:`balanced_accuracy`."""
        predicted = as_matrix('predictions', predictions)
        labels = as_matrix('targets', targets)
        for name, values in (('predictions', predicted), ('targets', labels)):
            if values.is_floating_point():
                raise InputError(f'{name}: type {values.dtype}, not whole numbers')
        num_attributes = predicted.shape[1]
        sizes = _sizes(num_values, num_attributes)
        limits = torch.tensor(sizes, dtype=torch.int64, device=predicted.device)
        width = max(sizes, default=0)
        num_cells = num_attributes * width
        first_cell = torch.arange(num_attributes, device=predicted.device) * width
        # The last cell takes what is unknown.
        counts = first_cell.new_zeros(num_cells + 1, 2)
        for start, value, label in paired_chunks('predictions', predicted, 'targets', labels):
            value, label = value.long(), label.long()
            wrong = (value < 0) | (value >= limits)
            refuse_entries('predictions', value, wrong, start, 'one of the values of the column')
            wrong = (label < UNKNOWN) | (label >= limits)
            refuse_entries(
                'targets', label, wrong, start, f'one of the values of the column or {UNKNOWN}'
            )
            cell = torch.where(label == UNKNOWN, num_cells, first_cell + label)
            pairs = (2 * cell + (value == label)).flatten()
            counts += torch.bincount(pairs, minlength=counts.numel()).view_as(counts)
        wrong_and_right = counts[:-1].view(num_attributes, width, 2)
        return cls(sizes, wrong_and_right.sum(dim=2), wrong_and_right[..., 1])

    def __add__(self, other: 'ValueCounts') -> 'ValueCounts':
        if self.num_values != other.num_values:
            raise InputError(
                f'counts of {self.num_values} values and counts of {other.num_values} values '
                'do not add up'
            )
        return ValueCounts(
            self.num_values, self.labelled + other.labelled, self.right + other.right
        )

    def scores(self) -> dict[str, Any]:
        """Return the scores of the images counted, as :func:`balanced_accuracy` returns them."""
        recall = 100 * self.right.double() / self.labelled
        per_attribute = recall.nanmean(dim=1)
        mean = per_attribute.nanmean().item()
        labelled = self.labelled.tolist()
        return {
            'balanced_accuracy': mean,
            'per_attribute': per_attribute.tolist(),
            'absent': [
                (column, value)
                for column, size in enumerate(self.num_values)
                for value in range(size)
                if labelled[column][value] == 0
            ],
            'undefined': {'balanced_accuracy': 'no label is known'} if math.isnan(mean) else {},
        }


def balanced_accuracy(
    predictions: Tensor | ArrayLike, targets: Tensor | ArrayLike, num_values: int | Sequence[int]
) -> dict[str, Any]:
    """Average each value's recall over the values, and these means over attributes.

    The class-balanced accuracy of Dong et al., Imbalanced Deep Learning by Minority Class
    Incremental Rectification, 2019 ("Performance Metrics"). For binary attributes it is mA where
    no value is absent.

    Args:
        predictions: ``(N, A)`` whole numbers, the value predicted.
        targets: ``(N, A)`` whole numbers, -1 for unknown; unknown labels enter no count.
        num_values: Number of values of each attribute, one for all or ``(A,)``.

    Returns:
        ``balanced_accuracy`` in percent; ``per_attribute``, in percent, NaN where no label of
        the attribute is known, and then left out of the mean; ``absent``, the pairs of column
        and value that no known label has, left out of their attribute's mean; ``undefined``,
        the reason if the score is NaN because no label is known at all.

    Raises:
        InputError: If the shapes differ, a matrix is of a floating type, or ``num_values`` has
            another length or an entry below 2.
        EntryError: If an entry is not one of its attribute's values; the message names row,
            column and value.

    Example:
        >>> balanced_accuracy([[1], [0], [1]], [[1], [0], [0]], 2)['per_attribute']
        [75.0]
    """
    return ValueCounts.from_batch(predictions, targets, num_values).scores()


def _sizes(num_values: int | Sequence[int], num_attributes: int) -> tuple[int, ...]:
    if isinstance(num_values, int):
        num_values = [num_values] * num_attributes
    sizes = tuple(int(size) for size in num_values)
    if len(sizes) != num_attributes:
        raise InputError(f'num_values: {len(sizes)} numbers for {num_attributes} columns')
    for column, size in enumerate(sizes):
        if size < 2:
            raise InputError(f'num_values: column {column} has {size} values, not two or more')
    return sizes
