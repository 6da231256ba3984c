"""Powers of the probability that the model gets a label wrong (HABP, eq. 3).

``1 - p`` of a label learnt well is lost in rounding, and a power of it below 1 has an infinite
gradient there; the logarithm keeps both.
"""

import torch
from torch import Tensor
from torch.nn import functional


def error_power(error_logits: Tensor, *, gamma: float) -> Tensor:
    """Compute ``(1 - p)^gamma`` of every label.

    Args:
        error_logits: ``(N, A)``, see :meth:`par_plugins.structures.LogitLayout.error_logits`.
        gamma: The power, not negative.

    Returns:
        ``(N, A)``, 0 where the label is unknown.
    """
    if gamma == 0:
        return (error_logits > -torch.inf).to(error_logits.dtype)
    return functional.logsigmoid(error_logits).mul_(gamma).exp_()
