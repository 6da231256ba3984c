"""What the losses have in common that decide by a batch itself which of its labels count."""

from abc import abstractmethod

from torch import Tensor

from par_plugins.models.losses.based_loss import BasedLoss
from par_plugins.models.losses.reduction import check_own_mean


class LabelEmphasisLoss(BasedLoss):
    """Base of the weighted means over the labels of a batch. For its arguments see its base."""

    inputs = ('error_logits',)

    @abstractmethod
    def emphasise(self, losses: Tensor, error_logits: Tensor, targets: Tensor) -> Tensor:
        """Compute the loss of a batch from the ``(N, A)`` losses of its labels."""

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
            weight: Factors of the losses of labels ``(N, A)`` or of images ``(N,)``.
            avg_factor: Given by heads of mmpretrain; these means have no use for it.
            reduction_override: None or ``mean``.
            error_logits: Those of the logits, where they are there already.

        Returns:
            A scalar, 0 with zero gradient where no label is known.
        """
        check_own_mean(reduction_override)
        targets = self.labels(pred, target)
        if error_logits is None:
            error_logits = self.error_logits(pred, targets)
        losses = self.label_losses(pred, targets, weight, error_logits)
        return self.loss_weight * self.emphasise(losses, error_logits, targets)
