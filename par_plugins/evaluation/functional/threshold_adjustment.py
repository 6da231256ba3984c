"""Threshold adjustment: probabilities divided by how frequent each class is in training.

Q. Dong, S. Gong and X. Zhu, "Imbalanced Deep Learning by Minority Class Incremental Rectification",
TPAMI 2019, section 4 (competitors): ``p_k * exp(-r_k)^T``, the largest is predicted, T from 1 to 5.
**Ours**, where the text says "cross validation" only: one T for all attributes, the one with the
best class-balanced accuracy on the validation split, the smallest of equals.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from torch import Tensor

from par_plugins.evaluation.functional.balanced_accuracy import balanced_accuracy
from par_plugins.structures import InputError, LabelStatistics, OperatingPoint


def threshold_adjustment(statistics: LabelStatistics, *, temperature: float) -> OperatingPoint:
    """Adjust thresholds to given class frequencies.

    Args:
        statistics: Counts of the training set; ``r_k`` is a value's share of the known labels. An
            attribute without a known label is not adjusted.
        temperature: T.

    Returns:
        An operating point whose parameter is ``temperature``.

    Example:
        >>> from par_plugins.structures import AttributeSchema
        >>> targets = np.array([[1], [0], [0], [0]])
        >>> statistics = LabelStatistics.from_targets(targets, AttributeSchema(['hat']))
        >>> threshold_adjustment(statistics, temperature=1.0).parameters
        {'temperature': 1.0}
    """
    factors = np.exp(-temperature * np.nan_to_num(statistics.shares, nan=0.0))
    return OperatingPoint(statistics.schema, factors, {'temperature': temperature})


def fit_threshold_adjustment(
    probabilities: Tensor,
    targets: Tensor | ArrayLike,
    statistics: LabelStatistics,
    *,
    temperatures: Sequence[float],
) -> OperatingPoint:
    """Choose the temperature on a validation split.

    Args:
        probabilities: Packed ``(N, C)``.
        targets: ``(N, A)`` int64, -1 for unknown.
        statistics: Counts of the training set.
        temperatures: To choose from.

    Returns:
        The adjustment with the best class-balanced accuracy; the first of equals.

    Raises:
        InputError: If there is no temperature to choose from, or see ``balanced_accuracy``.

    Example:
        >>> from par_plugins.structures import AttributeSchema
        >>> targets = np.array([[1], [0], [0], [0]])
        >>> statistics = LabelStatistics.from_targets(targets, AttributeSchema(['hat']))
        >>> probabilities = np.array([[0.45], [0.3], [0.2], [0.1]])
        >>> fit_threshold_adjustment(
        ...     probabilities, targets, statistics, temperatures=[0, 1]
        ... ).parameters
        {'temperature': 1}
    """
    if not temperatures:
        raise InputError('temperatures is empty: there is none to choose from')
    points = [threshold_adjustment(statistics, temperature=t) for t in temperatures]
    sizes = statistics.schema.num_values
    scores = [
        balanced_accuracy(point.predictions(probabilities), targets, sizes)['balanced_accuracy']
        for point in points
    ]
    return points[int(np.argmax(np.nan_to_num(scores, nan=-1.0)))]
