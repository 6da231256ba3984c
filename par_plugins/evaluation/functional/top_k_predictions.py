"""Binary attributes predicted by their rank in the image, as DeepFashion's protocols have it."""

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from par_plugins.evaluation.functional.matrices import as_matrix
from par_plugins.structures import InputError


def top_k_predictions(scores: Tensor | ArrayLike, k: int) -> Tensor:
    """Predict the k highest scores of each image as positive, the others as negative.

    Dong, Gong and Zhu (TPAMI 2019) score DeepFashion by class-balanced accuracy without saying what
    counts as predicted; the 5 highest of all 1,000 attributes is this project's reading. Equal
    scores rank by column.

    Args:
        scores: ``(N, A)``.
        k: At least 1; with k >= A all are positive.

    Returns:
        ``(N, A)`` int64, 0 or 1.

    Raises:
        InputError: If ``scores`` is no matrix, or k is below 1.

    Example:
        >>> top_k_predictions([[0.1, 0.9, 0.9]], 1).tolist()
        [[0, 1, 0]]
    """
    score = as_matrix('scores', scores)
    if k < 1:
        raise InputError(f'k must be at least 1, got {k}')
    order = score.argsort(dim=1, descending=True, stable=True)
    positive = torch.zeros(score.shape, dtype=torch.int64, device=score.device)
    return positive.scatter_(1, order[:, :k], 1)
