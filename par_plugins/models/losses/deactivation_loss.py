"""Deactivation (Deact): a classifier's outputs held down on synthetic complementary images.

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019, eq. 5, 6, 9 and 10. Different
from the paper: a value that no real image has shown yet weighs 1, as if it were always mistaken.
"""

import math

import torch
from mmengine.registry import MODELS
from torch import Tensor

from par_plugins.models.hard_labels import HardLabelTracker
from par_plugins.models.losses.attribute_loss import AttributeLoss
from par_plugins.models.losses.error_probability import error_power
from par_plugins.models.losses.reduction import check_own_mean, weigh_labels
from par_plugins.structures import AttributeSchema, checked_number


def deactivation_loss(
    value_logits: Tensor, *, binary: Tensor, threshold: float, centred: bool
) -> Tensor:
    """Compute the squared activation of every attribute.

    Args:
        value_logits: ``(N, A, K)``, ``-inf`` where an attribute has fewer values, ``(0, z)`` of a
            binary one, see ``LogitLayout.value_logits``.
        binary: ``(A,)`` bool.
        threshold: Logit T above which a categorical attribute's value is active.
        centred: Whether to take the mean of a categorical attribute's logits from each first.

    Returns:
        ``(N, A)``: ``z^2`` of a binary attribute, of others ``mean_k max(z_k - T, 0)^2``.
    """
    exists = value_logits.isfinite()
    num_values = exists.sum(dim=2)
    above = value_logits - threshold
    if centred:
        mean = value_logits.masked_fill(~exists, 0).sum(dim=2) / num_values
        above = above - mean[:, :, None]
    active = above.clamp(min=0).square().sum(dim=2) / num_values
    return torch.where(binary, value_logits[:, :, 1].square(), active)


@MODELS.register_module()
class DeactivationLoss(AttributeLoss):
    """Deactivation on synthetic images, the more the harder the label that one was drawn for.

    It holds the tracker of hard labels, ``hard_labels``: show it the real images by
    :meth:`observe`, and draw the labels of the synthetic ones from it.

    Args:
        threshold: Logit above which a categorical attribute's value is active.
        gamma: Power of the error probability.
        momentum: See :class:`HardLabelTracker`.
        sampling: See :class:`HardLabelTracker`.
        centred: Whether to take the mean of a categorical attribute's logits from each first
            (ours). A softmax does not see a shift of all logits, and below ``threshold`` they
            are inactive: without this a shift alone, the same for real images, is enough.
        loss_weight: Factor of the whole; the paper takes 1e-4 for recall and 1e-3 for
            class-balanced accuracy on DeepFashion, 0.05 on MNIST.

    Raises:
        InputError: If ``gamma`` is negative, ``momentum`` not in [0, 1), or ``sampling`` unknown.
    """

    images = 'synthetic'

    def __init__(
        self,
        threshold: float = math.log(0.01),
        gamma: float = 1.2,
        momentum: float = 0.5,
        sampling: str = 'independent',
        centred: bool = False,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        self.threshold = checked_number('threshold', threshold)
        self.centred = centred
        self.gamma = checked_number('gamma', gamma, at_least=0)
        self.loss_weight = checked_number('loss_weight', loss_weight)
        self.hard_labels = HardLabelTracker(momentum=momentum, sampling=sampling)

    def set_schema(self, schema: AttributeSchema) -> None:
        """Say which columns belong to which attribute."""
        super().set_schema(schema)
        self.hard_labels.set_schema(schema)

    def observe(self, logits: Tensor, targets: Tensor) -> None:
        """Learn from a batch of real images which labels are hard. Every process must call it.

        Args:
            logits: ``(N, C)`` packed.
            targets: ``(N, A)``, -1 for unknown.
        """
        labels = self.labels(logits, targets)
        error_logits = self.error_logits(logits.detach(), labels)
        self.hard_labels.observe(error_power(error_logits, gamma=self.gamma), labels)

    def forward(
        self,
        pred: Tensor,
        target: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | Tensor | None = None,
        reduction_override: str | None = None,
    ) -> Tensor:
        """Compute the mean over labels, weighted by how hard each is.

        Args:
            pred: ``(N, C)`` packed logits of synthetic images.
            target: ``(N, A)`` labels that they were drawn for, -1 for unknown.
            weight: Factors of the losses of labels ``(N, A)`` or of images ``(N,)``.
            avg_factor: Given by heads of mmpretrain; this mean has no use for it.
            reduction_override: None or ``mean``.

        Returns:
            A scalar, 0 with zero gradient where no label is known.
        """
        check_own_mean(reduction_override)
        targets = self.labels(pred, target)
        losses = deactivation_loss(
            self.layout_of(pred).value_logits(pred),
            binary=self.hard_labels.binary,
            threshold=self.threshold,
            centred=self.centred,
        )
        weights = self.hard_labels.weights_of(targets).to(losses.dtype)
        if weight is not None:
            losses = weigh_labels(losses, weight)
        total = weights.sum()
        return self.loss_weight * (weights * losses).sum() / total.masked_fill(total == 0, 1.0)
