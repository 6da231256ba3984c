"""Average precision of binary attributes over their known labels."""

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from par_plugins.evaluation.functional.matrices import as_matrix
from par_plugins.structures import InputError


def average_precision(
    scores: Tensor | ArrayLike, targets: Tensor | ArrayLike
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Compute the average precision of every attribute, as scikit-learn defines it.

    ``sum_n (R_n - R_(n-1)) P_n`` over the distinct scores from the highest down: images of equal
    score come in together, in no order.

    Args:
        scores: ``(N, A)``, the higher the surer.
        targets: ``(N, A)`` of 0, 1, or -1 for unknown, which takes part in nothing.

    Returns:
        ``(A,)`` in [0, 1]; NaN where no label is positive.

    Raises:
        InputError: If the shapes differ, a label is above 1, or a known image's score is NaN.

    Example:
        >>> average_precision([[0.9], [0.8], [0.4], [0.2]], [[1], [0], [1], [-1]]).round(4).tolist()
        [0.8333]
    """
    scores, targets = as_matrix('scores', scores), as_matrix('targets', targets)
    if scores.shape != targets.shape:
        raise InputError(
            f'scores of shape {tuple(scores.shape)}, but targets of {tuple(targets.shape)}'
        )
    exact = scores.to(torch.promote_types(scores.dtype, torch.float32))
    columns = exact.T.contiguous().cpu().numpy()
    labels = targets.to(torch.int8).T.contiguous().cpu().numpy()
    if labels.size and labels.max() > 1:
        raise InputError(f'targets: a label is {labels.max()}, not 0, 1 or -1 for unknown')
    return np.array([_of_column(*pair) for pair in zip(columns, labels, strict=True)])


def _of_column(scores: np.ndarray, labels: np.ndarray) -> float:
    known = labels >= 0
    if not known.all():
        scores, labels = scores[known], labels[known]
    if not labels.any():
        return np.nan
    order = np.argsort(scores)[::-1]
    ranked = scores[order]
    if np.isnan(ranked[0]):  # they are sorted to that end
        raise InputError('scores: one of an image with a known label is NaN')
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))  # of each distinct score
    hits = np.cumsum(labels[order], dtype=np.int64)[last]
    return float(np.diff(hits, prepend=0) @ (hits / (last + 1)) / hits[-1])
