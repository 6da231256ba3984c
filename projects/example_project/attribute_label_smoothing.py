"""Cross-entropy of attributes with smoothed labels.

C. Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016,
section 7. Different from the paper: every attribute is smoothed over its own values, and unknown
labels (-1) take part in nothing.
"""

from mmengine.registry import MODELS
from torch import Tensor

from par_plugins.models.losses import AttributeLoss, reduce_labels
from par_plugins.structures import InputError


def attribute_label_smoothing(
    log_probabilities: Tensor, targets: Tensor, *, smoothing: float
) -> Tensor:
    """Cross-entropy of every label with ``1 - smoothing`` on it and the rest on all K values alike.

    Args:
        log_probabilities: ``(N, A, K)``, ``-inf`` beyond an attribute's own values.
        targets: ``(N, A)`` int64, -1 for unknown.
        smoothing: Share of the label that is spread, from 0 to below 1.

    Returns:
        ``(N, A)``, 0 where the label is unknown.
    """
    own = log_probabilities.isfinite()
    costs = -log_probabilities.masked_fill(~own, 0.0)
    labelled = costs.gather(2, targets.clamp(min=0)[:, :, None])[:, :, 0]
    spread = costs.sum(dim=2) / own.sum(dim=2)
    return ((1 - smoothing) * labelled + smoothing * spread).masked_fill(targets < 0, 0.0)


@MODELS.register_module()
class AttributeLabelSmoothingLoss(AttributeLoss):
    """Label-smoothed cross-entropy of attributes, the mean over images of the sum over attributes.

    Args:
        smoothing: See :func:`attribute_label_smoothing`.
        loss_weight: Factor of the whole.

    Raises:
        InputError: If ``smoothing`` is not in [0, 1).
    """

    def __init__(self, smoothing: float = 0.1, loss_weight: float = 1.0) -> None:
        super().__init__()
        if not 0 <= smoothing < 1:
            raise InputError(f'smoothing must be in [0, 1), got {smoothing}')
        self.smoothing = smoothing
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The loss of packed logits ``(N, C)`` and targets ``(N, A)``."""
        losses = attribute_label_smoothing(
            self.log_probabilities(logits), targets, smoothing=self.smoothing
        )
        return self.loss_weight * reduce_labels(
            losses, targets, reduction='image_mean', avg_factor=None
        )
