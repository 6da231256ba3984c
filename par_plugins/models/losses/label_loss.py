"""What the losses have in common that are one number per label, weighted and then reduced."""

from abc import abstractmethod

import torch
from torch import Tensor

from par_plugins.models.losses.attribute_loss import AttributeLoss
from par_plugins.models.losses.reduction import REDUCTIONS, reduce_labels, weigh_labels
from par_plugins.models.losses.weighting import WEIGHTINGS, value_weights
from par_plugins.structures import InputError, LabelStatistics, checked_choice, checked_number


class LabelLoss(AttributeLoss):
    """Base of the losses of single labels.

    Args:
        weighting: See :func:`par_plugins.models.losses.weighting.value_weights`; all but
            ``none`` need ``LabelStatisticsHook``.
        reduction: See :func:`par_plugins.models.losses.reduction.reduce_labels`.
        loss_weight: Factor of the whole.

    Raises:
        InputError: If ``weighting`` or ``reduction`` is unknown.
    """

    inputs = ('error_logits',)
    value_weights: Tensor | None

    def __init__(self, *, weighting: str, reduction: str, loss_weight: float) -> None:
        super().__init__()
        self.weighting = checked_choice('weighting', weighting, WEIGHTINGS)
        self.reduction = checked_choice('reduction', reduction, REDUCTIONS)
        self.loss_weight = checked_number('loss_weight', loss_weight)
        # Not saved: it belongs to the training set, and the hook counts it at every start.
        self.register_buffer('value_weights', None, persistent=False)

    @abstractmethod
    def label_losses(self, error_logits: Tensor, targets: Tensor) -> Tensor:
        """Return ``(N, A)`` weighted losses, 0 where the label is unknown."""

    def set_label_statistics(self, statistics: LabelStatistics) -> None:
        """Take the training set's counts, from which the weights follow."""
        if self.weighting != 'none':
            weights = value_weights(statistics, weighting=self.weighting)
            self.value_weights = torch.from_numpy(weights)

    def forward(
        self,
        pred: Tensor,
        target: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | Tensor | None = None,
        reduction_override: str | None = None,
        error_logits: Tensor | None = None,
    ) -> Tensor:
        """Compute the loss.

        Args:
            pred: ``(N, C)`` packed logits.
            target: ``(N, A)``, -1 for unknown.
            weight: Factors of labels ``(N, A)`` or of images ``(N,)``.
            avg_factor: See :func:`reduce_labels`.
            reduction_override: In place of ``reduction``.
            error_logits: Those of the logits, where they are there already.

        Raises:
            InputError: If shapes do not fit the schema, or the weighting's statistics have
                not been set.
        """
        if self.weighting != 'none' and self.value_weights is None:
            raise InputError(
                f"weighting={self.weighting!r} needs the training set's statistics: add "
                "dict(type='LabelStatisticsHook') to custom_hooks"
            )
        targets = self.labels(pred, target)
        if error_logits is None:
            error_logits = self.error_logits(pred, targets)
        losses = self.label_losses(error_logits, targets)
        if weight is not None:
            losses = weigh_labels(losses, weight)
        reduction = checked_choice(
            'reduction_override', reduction_override or self.reduction, REDUCTIONS
        )
        loss = reduce_labels(losses, targets, reduction=reduction, avg_factor=avg_factor)
        return loss if self.loss_weight == 1 else self.loss_weight * loss
