"""Cross-entropy of binary and categorical attributes, weighted by how rare a value is.

Binary cross-entropy for binary attributes, softmax cross-entropy for categorical ones; unknown
labels (-1) take part in nothing.
"""

import torch
from mmengine.registry import MODELS
from torch import Tensor
from torch.nn import functional

from par_plugins.models.losses.label_loss import LabelLoss

EXACT_BEYOND = 40.0
"""Beyond it ``log(1 + exp(x))`` is ``x`` in double precision too."""


def attribute_cross_entropy(
    error_logits: Tensor, targets: Tensor, *, value_weights: Tensor | None
) -> Tensor:
    """Compute the cross-entropy of every label.

    Args:
        error_logits: ``(N, A)``, see :meth:`par_plugins.structures.LogitLayout.error_logits`.
        targets: ``(N, A)`` int64, -1 for unknown.
        value_weights: ``(A, K)`` factor of each value's labels, or None.

    Returns:
        ``(N, A)``, 0 where the label is unknown.
    """
    losses = functional.softplus(error_logits, threshold=EXACT_BEYOND)
    if value_weights is None:
        return losses
    weights = value_weights.to(losses.dtype)
    if weights.shape[1] == 2:  # exact at both ends, and many times as fast as an index
        return losses * torch.lerp(weights[:, 0], weights[:, 1], targets.to(losses.dtype))
    attributes = torch.arange(targets.shape[1], device=targets.device)
    return losses * weights[attributes, targets.clamp(min=0)]


@MODELS.register_module()
class AttributeCrossEntropyLoss(LabelLoss):
    """Weighted cross-entropy of attributes.

    Args:
        weighting: ``none``, ``exp``, ``ratio``, ``log_ratio``, ``global_ratio`` or ``attribute``,
            see :func:`par_plugins.models.losses.weighting.value_weights`; all but ``none`` need
            ``LabelStatisticsHook``.
        reduction: See :func:`par_plugins.models.losses.reduction.reduce_labels`.
        loss_weight: Factor of the whole.

    Raises:
        InputError: If ``weighting`` or ``reduction`` is unknown.
    """

    def __init__(
        self, weighting: str = 'none', reduction: str = 'image_mean', loss_weight: float = 1.0
    ) -> None:
        super().__init__(weighting=weighting, reduction=reduction, loss_weight=loss_weight)

    def label_losses(self, error_logits: Tensor, targets: Tensor) -> Tensor:
        """Return ``(N, A)`` weighted cross-entropies, 0 where the label is unknown."""
        return attribute_cross_entropy(error_logits, targets, value_weights=self.value_weights)
