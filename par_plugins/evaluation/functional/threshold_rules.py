"""Thresholds that people ask for by name: ``half``, ``prior``, ``mA``, ``f1``."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from par_plugins.evaluation.functional.tuned_thresholds import tuned_thresholds

SHRINKAGE = 50
"""Validation positives that count as much as the prior where a threshold is tuned for mA."""
GRID = np.arange(1, 100) / 100
"""The thresholds that the rule ``f1`` chooses from."""


def prior_thresholds(shares: ArrayLike) -> NDArray[np.float64]:
    """Take each attribute's share of positives, which is best for mA where outputs are calibrated.

    mA is the mean of the shares of positives and of negatives that are predicted right. Predicting
    an image of probability p gains ``p / P`` and costs ``(1 - p) / (1 - P)``, P the share of
    positives: it is worth it from p = P on.

    Args:
        shares: ``(A,)``; of an attribute without labels of both values, NaN, 0 or 1, which say
            nothing of where to cut, it is 0.5.
    """
    given = np.asarray(shares, np.float64)
    return np.where((given > 0) & (given < 1), given, 0.5)


def shrunk_thresholds(
    probabilities: ArrayLike, targets: ArrayLike, shares: ArrayLike
) -> NDArray[np.float64]:
    """Tune thresholds for mA, and trust each as far as its positives go.

    The tuned threshold and the prior are averaged as logits with the weights n and
    :data:`SHRINKAGE`, n the validation positives of the attribute.

    Args:
        probabilities: ``(N, A)`` calibrated.
        targets: ``(N, A)`` of 0, 1, or -1 for unknown.
        shares: ``(A,)`` share of positives of each attribute in training.
    """
    labels = np.asarray(targets)
    tuned = np.clip(tuned_thresholds(probabilities, targets, criterion='mA'), 1e-6, 1 - 1e-6)
    prior = np.clip(prior_thresholds(shares), 1e-6, 1 - 1e-6)
    counts = (labels == 1).sum(axis=0) * ((labels == 0).sum(axis=0) > 0)
    logits = [np.log(t) - np.log1p(-t) for t in (tuned, prior)]
    mixed = (counts * logits[0] + SHRINKAGE * logits[1]) / (counts + SHRINKAGE)
    return np.asarray(1 / (1 + np.exp(-mixed)))


def f1_threshold(probabilities: ArrayLike, targets: ArrayLike) -> float:
    """Find the one threshold of all attributes that is best for the instance-based F1.

    Args:
        probabilities: ``(N, A)`` calibrated.
        targets: ``(N, A)`` of 0, 1, or -1 for unknown.

    Returns:
        The best of :data:`GRID`, of equally good ones that nearest to 0.5; F1 is that of the means
        of precision and recall (protocol ``rap``). 0.5 where no label is positive.

    Example:
        >>> f1_threshold([[0.9, 0.3], [0.2, 0.1]], [[1, 1], [0, 0]])
        0.3
    """
    scores, labels = np.asarray(probabilities, np.float64), np.asarray(targets)
    known, positive = labels >= 0, labels == 1
    with_truth = positive.any(axis=1)
    if not with_truth.any():
        return 0.5
    quality = np.zeros(len(GRID))
    for place, threshold in enumerate(GRID):
        predicted = known & (scores >= threshold)
        hits = (predicted & positive).sum(axis=1)
        counted = predicted.any(axis=1) | with_truth  # a row with neither is left out
        precision = (hits / np.maximum(1, predicted.sum(axis=1)))[counted].mean()
        recall = (hits[with_truth] / positive[with_truth].sum(axis=1)).mean()
        quality[place] = 2 * precision * recall / max(precision + recall, 1e-12)
    best = np.flatnonzero(quality >= quality.max() - 1e-12)
    return float(GRID[best[np.argmin(np.abs(GRID[best] - 0.5))]])
