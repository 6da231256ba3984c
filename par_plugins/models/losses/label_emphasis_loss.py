"""What the losses have in common that decide by a batch itself which of its labels count."""

from abc import abstractmethod

from torch import Tensor

from par_plugins.models.losses.based_loss import BasedLoss
from par_plugins.models.losses.reduction import check_own_mean


class LabelEmphasisLoss(BasedLoss):
    """Base of the weighted means over the labels of a batch. For its arguments see its base."""

    @abstractmethod
    def emphasise(self, losses: Tensor, logits: Tensor, targets: Tensor) -> Tensor:
        """Compute the loss of a batch from the ``(N, A)`` losses of its labels."""

    def forward(
        self,
        pred: Tensor,
        target: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | Tensor | None = None,
        reduction_override: str | None = None,
    ) -> Tensor:
        """Compute the loss.

        Args:
            pred: ``(N, C)`` packed logits.
            target: ``(N, A)``, -1 for unknown.
            weight: Factors of the losses of labels ``(N, A)`` or of images ``(N,)``.
            avg_factor: Given by heads of mmpretrain; these means have no use for it.
            reduction_override: None or ``mean``.

        Returns:
            A scalar, 0 with zero gradient where no label is known.
        """
        check_own_mean(reduction_override)
        targets = self.labels(pred, target)
        losses = self.label_losses(pred, targets, weight)
        return self.loss_weight * self.emphasise(losses, pred, targets)
