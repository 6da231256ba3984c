"""What the losses on attributes share: which columns belong to which attribute."""

from typing import ClassVar

import torch
from torch import Tensor, nn

from par_plugins.structures import Attribute, AttributeSchema, LogitLayout


class AttributeLoss(nn.Module):
    """Base of the losses on packed logits.

    Until a schema is set (a head does it), every column is taken for a binary attribute, or all of
    them for one categorical attribute where targets are class numbers: so these losses work in
    heads of other OpenMMLab projects as they are. Its
    attributes are those of :class:`par_plugins.structures.AttributeLossProtocol`.
    """

    masks_unknown: ClassVar[bool] = True
    inputs: ClassVar[tuple[str, ...]] = ()
    images: ClassVar[str] = 'real'
    exact_gradient: bool = True
    pulls: ClassVar[str] = 'logits'
    pulls_every_label: bool = True

    def __init__(self) -> None:
        super().__init__()
        self.layout: LogitLayout | None = None

    def set_schema(self, schema: AttributeSchema) -> None:
        """Say which columns belong to which attribute."""
        self.layout = LogitLayout(schema)

    def layout_of(self, logits: Tensor) -> LogitLayout:
        """Return the layout of packed ``(N, C)`` logits, on their device."""
        if self.layout is None:
            self.set_schema(AttributeSchema.unnamed(logits.shape[1]))
        assert self.layout is not None
        return self.layout.to(logits.device)

    def log_probabilities(self, logits: Tensor) -> Tensor:
        """Return ``(N, A, K)`` from packed ``(N, C)`` logits, see :class:`LogitLayout`."""
        return self.layout_of(logits).log_probabilities(logits)

    def error_logits(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return ``(N, A)`` from packed ``(N, C)`` logits, see :class:`LogitLayout`."""
        return self.layout_of(logits).error_logits(logits, targets)

    def labels(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Return targets ``(N, A)`` as int64, as heads of other projects hand them over too.

        Floats must be whole. Class numbers ``(N,)`` are those of one categorical attribute, whose
        values are the columns of the ``(N, C)`` logits.
        """
        if targets.is_floating_point():
            torch._assert_async((targets == targets.round()).all(), 'targets must be whole numbers')
        if targets.ndim == 1:
            if self.layout is None:
                values = tuple(f'value {number}' for number in range(logits.shape[1]))
                self.set_schema(AttributeSchema([Attribute('attribute 0', values)]))
            targets = targets[:, None]
        return targets.long()
