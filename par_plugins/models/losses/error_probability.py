"""Probability that the model gets a label wrong (HABP, eq. 3), in logarithms.

``1 - p`` of a label learnt well is lost in rounding, and a power of it below 1 has an infinite
gradient there; the logarithm over the other values keeps both.
"""

import torch
from torch import Tensor


def log_error_probability(log_probabilities: Tensor, targets: Tensor) -> Tensor:
    """Compute the logarithm of ``1 - p(y)``.

    Args:
        log_probabilities: ``(N, A, K)``.
        targets: ``(N, A)`` int64, -1 for unknown.

    Returns:
        ``(N, A)``; what stands at an unknown label means nothing.
    """
    values = targets.clamp(min=0)[:, :, None]
    return torch.logsumexp(log_probabilities.scatter(2, values, -torch.inf), dim=2)
