"""Weights of attribute values, from how often the training set shows them.

Those of DeepMAR and the strong baseline (``exp``), of inverse ratios (``ratio``), of HABP's CE-A
(``log_ratio``) and CE-B (``global_ratio``), and of weighted focal loss (``attribute``). Different
from the paper: ``log_ratio`` is never below 1, because the plain logarithm is negative for
attributes that most people have.
"""

import numpy as np

from par_plugins.structures import LabelStatistics

WEIGHTINGS = ('none', 'exp', 'ratio', 'log_ratio', 'global_ratio', 'attribute')


def value_weights(statistics: LabelStatistics, *, weighting: str) -> np.ndarray:
    """Compute the factor of the loss for each value of each attribute.

    With ``a`` the positive ratio and ``n`` counts over the known labels of the training set:
    ``exp`` is ``exp(1 - share)`` of any value (for binary attributes ``exp(1 - a)`` on positives
    and ``exp(a)`` on negatives); ``ratio`` is ``n_neg / n_pos`` on positives, ``log_ratio`` its
    logarithm but at least 1, ``global_ratio`` the one factor ``sum n_neg / sum n_pos``. The
    ratios are about binary attributes and leave categorical ones at 1. A ratio of which the
    training set shows no positive, or no label, stays at 1. ``attribute`` is ``exp(-a)`` on both
    values of a binary attribute; on a value of a categorical one, which has no ``a``, it is
    ``exp(-share)``.

    Returns:
        ``(A, K)`` float64.
    """
    weights = np.ones(statistics.counts.shape)
    if weighting == 'none':
        return weights
    if weighting == 'exp':
        return np.exp(1 - np.nan_to_num(statistics.shares, nan=1.0))
    binary = np.array(statistics.schema.binary)
    if weighting == 'attribute':
        shares = np.where(binary[:, None], statistics.shares[:, 1:2], statistics.shares)
        return np.exp(-np.nan_to_num(shares, nan=0.0))
    negatives, positives = statistics.counts[:, 0], statistics.counts[:, 1]
    if weighting == 'global_ratio':
        negatives = np.full_like(negatives, negatives[binary].sum())
        positives = np.full_like(positives, positives[binary].sum())
    weighed = binary & (positives > 0)
    ratio = negatives[weighed] / positives[weighed]
    if weighting == 'log_ratio':
        ratio = np.maximum(1, np.log(np.maximum(ratio, 1)))
    weights[weighed, 1] = ratio
    return weights
