"""One threshold for each binary attribute, the best on a validation split."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from par_plugins.structures import InputError

CRITERIA = ('mA', 'f1', 'youden')


def tuned_thresholds(
    probabilities: ArrayLike, targets: ArrayLike, *, criterion: str
) -> NDArray[np.float64]:
    """Find the threshold at which each attribute scores best.

    ``mA`` is the mean of the shares of positives and of negatives predicted right, ``f1`` the
    attribute's own F1, ``youden`` Youden's index: the sum of the two shares less 1, so that its
    thresholds are those of ``mA``.

    Args:
        probabilities: ``(N, A)`` in [0, 1].
        targets: ``(N, A)`` of 0, 1, or -1 for unknown.
        criterion: ``'mA'``, ``'f1'`` or ``'youden'``.

    Returns:
        ``(A,)``: halfway between the lowest probability predicted and the highest that is not, or
        half the lowest where everything is predicted. Of equally good ones that nearest to 0.5.
        0.5 where positives or negatives are missing.

    Raises:
        InputError: If the criterion is unknown, or the shapes differ.

    Example:
        >>> tuned_thresholds([[0.25], [0.125], [0.0625]], [[1], [0], [0]], criterion='f1')
        array([0.1875])
    """
    if criterion not in CRITERIA:
        raise InputError(f'criterion must be one of {", ".join(CRITERIA)}, got {criterion!r}')
    scores = np.asarray(probabilities, dtype=np.float64)
    labels = np.asarray(targets)
    if scores.ndim != 2 or scores.shape != labels.shape:
        raise InputError(f'probabilities of shape {scores.shape}, but targets of {labels.shape}')
    return np.array(
        [
            _best_threshold(score[label >= 0], label[label >= 0] == 1, criterion)
            for score, label in zip(scores.T, labels.T, strict=True)
        ]
    )


def _best_threshold(
    scores: NDArray[np.float64], positive: NDArray[np.bool_], criterion: str
) -> float:
    num_positives = int(positive.sum())
    num_negatives = len(positive) - num_positives
    if num_positives == 0 or num_negatives == 0:
        return 0.5
    levels, level_of = np.unique(scores, return_inverse=True)  # ascending
    on_level = np.bincount(level_of, weights=positive, minlength=len(levels))
    size_of_level = np.bincount(level_of, minlength=len(levels))
    # Cut i predicts everything from levels[i] on.
    hits = np.cumsum(on_level[::-1])[::-1]
    predicted = np.cumsum(size_of_level[::-1])[::-1]
    # Both in whole numbers or one quotient, so that equally good cuts compare equal.
    if criterion == 'f1':
        quality = hits / (predicted + num_positives)
    else:
        quality = hits * num_negatives - (predicted - hits) * num_positives
    cuts = (levels + np.concatenate([[0.0], levels[:-1]])) / 2
    best = np.flatnonzero(quality == quality.max())
    return float(cuts[best[np.argmin(np.abs(cuts[best] - 0.5))]])
