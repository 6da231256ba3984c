"""What the losses have in common that decide by a batch itself which of its labels count."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from mmengine.registry import MODELS
from torch import Tensor, nn

from par_plugins.models.losses.attribute_loss import AttributeLoss
from par_plugins.structures import AttributeSchema

CROSS_ENTROPY: Mapping[str, Any] = {'type': 'AttributeCrossEntropyLoss'}
"""The base that the papers emphasise."""


class LabelEmphasisLoss(AttributeLoss):
    """Base of the weighted means over the labels of a batch.

    Args:
        base: Loss of single labels, as a config or built: one that takes
            ``reduction_override='none'``. Its own reduction plays no part.
        loss_weight: Factor of the whole.
    """

    def __init__(self, *, base: Mapping[str, Any] | nn.Module, loss_weight: float) -> None:
        super().__init__()
        self.base = base if isinstance(base, nn.Module) else MODELS.build(dict(base))
        self.loss_weight = loss_weight

    def set_schema(self, schema: AttributeSchema) -> None:
        """Say which columns belong to which attribute."""
        super().set_schema(schema)
        take: Callable[[AttributeSchema], None] | None = getattr(self.base, 'set_schema', None)
        if take is not None:
            take(schema)

    @abstractmethod
    def emphasise(self, losses: Tensor, logits: Tensor, targets: Tensor) -> Tensor:
        """The loss of a batch from the ``(N, A)`` losses of its labels."""

    def forward(
        self,
        pred: Tensor,
        target: Tensor,
        weight: Tensor | None = None,
        avg_factor: float | Tensor | None = None,
    ) -> Tensor:
        """Compute the loss.

        Args:
            pred: ``(N, C)`` packed logits.
            target: ``(N, A)``, -1 for unknown.
            weight: Factors of the losses of labels ``(N, A)`` or of images ``(N,)``.
            avg_factor: Given by heads of mmpretrain; these means have no use for it.

        Returns:
            A scalar, 0 with zero gradient where no label is known.
        """
        targets = self.labels(target)
        losses = self.base(pred, targets, weight=weight, reduction_override='none')
        return self.loss_weight * self.emphasise(losses, pred, targets)
