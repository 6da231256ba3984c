"""What the losses have in common that are made from another loss of single labels."""

from collections.abc import Mapping
from typing import Any

from mmengine.registry import MODELS
from torch import Tensor, nn

from par_plugins.models.losses.attribute_loss import AttributeLoss
from par_plugins.models.losses.foreign_losses import known_label_losses, masks_unknown
from par_plugins.models.losses.reduction import weigh_labels
from par_plugins.structures import AttributeSchema, TakesSchema, checked_number

CROSS_ENTROPY: Mapping[str, Any] = {'type': 'AttributeCrossEntropyLoss'}
"""The base that the papers take."""


class BasedLoss(AttributeLoss):
    """Base of the losses that combine the losses of a batch's labels.

    Args:
        base: Loss of single labels, as a config or built: one that takes
            ``reduction_override='none'``. Its own reduction plays no part.
        loss_weight: Factor of the whole.
    """

    def __init__(self, *, base: Mapping[str, Any] | nn.Module, loss_weight: float) -> None:
        super().__init__()
        self.base = base if isinstance(base, nn.Module) else MODELS.build(dict(base))
        self.loss_weight = checked_number('loss_weight', loss_weight)

    def set_schema(self, schema: AttributeSchema) -> None:
        """Say which columns belong to which attribute."""
        super().set_schema(schema)
        if isinstance(self.base, TakesSchema):
            self.base.set_schema(schema)

    def label_losses(
        self,
        logits: Tensor,
        targets: Tensor,
        weight: Tensor | None,
        error_logits: Tensor | None = None,
    ) -> Tensor:
        """Return ``(N, A)`` losses of the base.

        Args:
            logits: ``(N, C)`` packed.
            targets: ``(N, A)`` int64, -1 for unknown.
            weight: Factors of labels ``(N, A)`` or of images ``(N,)``.
            error_logits: Those of the logits, where they are there already.
        """
        if masks_unknown(self.base):
            options: dict[str, Any] = {'weight': weight, 'reduction_override': 'none'}
            if 'error_logits' in getattr(self.base, 'inputs', ()):
                options['error_logits'] = error_logits
            masked: Tensor = self.base(logits, targets, **options)
            return masked
        losses = known_label_losses(self.base, logits, targets, self.layout_of(logits))
        return losses if weight is None else weigh_labels(losses, weight)
