"""Plain accuracy of attributes: the share of labels that are predicted right."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from par_plugins.evaluation.functional.balanced_accuracy import ValueCounts
from par_plugins.evaluation.functional.matrices import as_matrix
from par_plugins.structures import UNKNOWN, InputError

UNKNOWN_RULES = ('left_out', 'wrong')


@dataclass(frozen=True)
class AccuracyCounts:
    """How many labels there are and how many are predicted right; ``+`` joins two sets of images.

    Attributes:
        values: The same for each value.
        num_labelled: Number of images with a known label of any attribute.
    """

    values: ValueCounts
    num_labelled: int

    @classmethod
    def from_batch(
        cls,
        predictions: Tensor | ArrayLike,
        targets: Tensor | ArrayLike,
        num_values: int | Sequence[int],
    ) -> 'AccuracyCounts':
        """Count one batch of images; arguments and errors as in :func:`attribute_accuracy`."""
        values = ValueCounts.from_batch(predictions, targets, num_values)
        known = as_matrix('targets', targets) != UNKNOWN
        return cls(values, int(known.any(dim=1).sum()))

    def __add__(self, other: 'AccuracyCounts') -> 'AccuracyCounts':
        return AccuracyCounts(self.values + other.values, self.num_labelled + other.num_labelled)

    def scores(self, unknown: str) -> dict[str, Any]:
        """Return the scores of the images counted, as :func:`attribute_accuracy` returns them."""
        if unknown not in UNKNOWN_RULES:
            raise InputError(f'unknown: {unknown!r} is none of {", ".join(UNKNOWN_RULES)}')
        labelled, right = (x.sum(dim=1) for x in (self.values.labelled, self.values.right))
        total = labelled if unknown == 'left_out' else torch.full_like(labelled, self.num_labelled)
        per_attribute = 100 * right.double() / total
        mean = per_attribute.nanmean().item()
        return {
            'accuracy': mean,
            'per_attribute': per_attribute.tolist(),
            'labelled': labelled.tolist(),
            'undefined': {'accuracy': 'no label is known'} if math.isnan(mean) else {},
        }


def attribute_accuracy(
    predictions: Tensor | ArrayLike,
    targets: Tensor | ArrayLike,
    num_values: int | Sequence[int],
    *,
    unknown: str = 'left_out',
) -> dict[str, Any]:
    """Share of labels predicted right, by attribute, and its mean over attributes.

    The measure of Lin et al., Improving Person Re-identification by Attribute and Identity
    Learning, 2017 (table 3).

    Args:
        predictions: ``(N, A)`` whole numbers, the value predicted.
        targets: ``(N, A)`` whole numbers, -1 for unknown.
        num_values: Number of values of each attribute, one for all or ``(A,)``.
        unknown: ``'left_out'``, or ``'wrong'`` to count an unknown label as one predicted wrong,
            as the paper's own script does where no colour is labelled. Images without any known
            label are left out either way.

    Returns:
        ``accuracy`` in percent; ``per_attribute``, in percent, NaN where there is nothing to
        count, and then left out of the mean; ``labelled``, the number of known labels of each;
        ``undefined``, the reason if the score is NaN because no label is known at all.

    Raises:
        InputError: If the shapes differ, a matrix is of a floating type, ``num_values`` has
            another length or an entry below 2, or ``unknown`` is neither.
        EntryError: If an entry is not one of its attribute's values; the message names row,
            column and value.

    Example:
        >>> attribute_accuracy([[1, 2], [0, 0]], [[1, 0], [0, -1]], [2, 3])['per_attribute']
        [100.0, 0.0]
    """
    return AccuracyCounts.from_batch(predictions, targets, num_values).scores(unknown)
