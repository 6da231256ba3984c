"""Cross-entropy of binary and categorical attributes, weighted by how rare a value is.

Binary cross-entropy for binary attributes, softmax cross-entropy for categorical ones; unknown
labels (-1) take part in nothing.
"""

import torch
from mmengine.registry import MODELS
from torch import Tensor

from par_plugins.models.losses.label_loss import LabelLoss
from par_plugins.structures import InputError


def attribute_cross_entropy(
    log_probabilities: Tensor, targets: Tensor, *, value_weights: Tensor | None
) -> Tensor:
    """Compute the cross-entropy of every label.

    Args:
        log_probabilities: ``(N, A, K)``.
        targets: ``(N, A)`` int64, -1 for unknown.
        value_weights: ``(A, K)`` factor of each value's labels, or None.

    Returns:
        ``(N, A)``, 0 where the label is unknown.

    Raises:
        InputError: If the shapes do not fit.
    """
    if targets.shape != log_probabilities.shape[:2]:
        raise InputError(
            f'targets of shape {tuple(targets.shape)} for logits of '
            f'{tuple(log_probabilities.shape[:2])} images and attributes'
        )
    values = targets.clamp(min=0)
    losses = -log_probabilities.gather(2, values[:, :, None])[:, :, 0]
    if value_weights is not None:
        attributes = torch.arange(targets.shape[1], device=targets.device)
        losses = losses * value_weights.to(losses.dtype)[attributes, values]
    return losses.masked_fill(targets < 0, 0.0)


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

    def label_losses(self, log_probabilities: Tensor, targets: Tensor) -> Tensor:
        """Return ``(N, A)`` weighted cross-entropies, 0 where the label is unknown."""
        return attribute_cross_entropy(log_probabilities, targets, value_weights=self.value_weights)
