"""Focal loss of binary and categorical attributes, the weighted form too.

``(1 - p)^gamma`` times the cross-entropy of each label (Lin et al., ICCV 2017, eq. 4), weighted by
``exp(-a)`` per attribute (Sarafianos et al., ECCV 2018), with the mean over labels that the HABP
paper (2019, section 4.1) compares against. Different from Lin et al.: no balance factor alpha
(``weighting`` takes its place) and no division by the number of positives.
"""

from mmengine.registry import MODELS
from torch import Tensor

from par_plugins.models.losses.attribute_cross_entropy import attribute_cross_entropy
from par_plugins.models.losses.error_probability import error_power
from par_plugins.models.losses.label_loss import LabelLoss
from par_plugins.structures import checked_number


def attribute_focal_loss(
    error_logits: Tensor, targets: Tensor, *, gamma: float, value_weights: Tensor | None
) -> Tensor:
    """Compute the focal loss of every label, with the gradient of its modulating factor.

    Args:
        error_logits: ``(N, A)``, see :meth:`par_plugins.structures.LogitLayout.error_logits`.
        targets: ``(N, A)`` int64, -1 for unknown.
        gamma: Power of the error probability.
        value_weights: ``(A, K)`` factor of each value's labels, or None.

    Returns:
        ``(N, A)``, 0 where the label is unknown.
    """
    losses = attribute_cross_entropy(error_logits, targets, value_weights=value_weights)
    return losses * error_power(error_logits, gamma=gamma)


@MODELS.register_module()
class AttributeFocalLoss(LabelLoss):
    """Focal loss of attributes.

    Its mean over labels shrinks with the number of labels and as they are learnt: against
    cross-entropy it needs a learning rate of its own (the paper: 0.2, weighted 0.15, against 0.01).

    Args:
        gamma: Power of the error probability; 0 is plain cross-entropy.
        weighting: See :func:`par_plugins.models.losses.weighting.value_weights`; ``attribute`` is
            weighted focal loss; all but ``none`` need ``LabelStatisticsHook``.
        reduction: See :func:`par_plugins.models.losses.reduction.reduce_labels`.
        loss_weight: Factor of the whole.

    Raises:
        InputError: If ``gamma`` is negative, or ``weighting`` or ``reduction`` is unknown.
    """

    def __init__(
        self,
        gamma: float = 1.2,
        weighting: str = 'none',
        reduction: str = 'mean',
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__(weighting=weighting, reduction=reduction, loss_weight=loss_weight)
        self.gamma = checked_number('gamma', gamma, at_least=0)

    def label_losses(self, error_logits: Tensor, targets: Tensor) -> Tensor:
        """Return ``(N, A)`` weighted focal losses, 0 where the label is unknown."""
        return attribute_focal_loss(
            error_logits, targets, gamma=self.gamma, value_weights=self.value_weights
        )
