"""What the losses on attributes share: which columns belong to which attribute."""

from typing import ClassVar

import torch
from torch import Tensor, nn

from par_plugins.structures import AttributeSchema, LogitLayout


class AttributeLoss(nn.Module):
    """Base of the losses on packed logits.

    Until a schema is set (a head does it), every column is taken for a binary attribute: so
    these losses work in heads of other OpenMMLab projects as they are.

    Attributes:
        masks_unknown: That unknown labels take part in nothing.
        inputs: What the loss needs beside logits and targets: names of attributes of
            :class:`par_plugins.models.losses.LossInputs`.
        images: Which images of a batch it is about, ``real`` or ``synthetic`` ones.
        exact_gradient: Whether the gradient is that of the value; not where a loss holds a
            factor constant.
        pulls: What gets the gradient: ``logits``, or ``features`` where the logits get none.
        pulls_every_label: Whether every wrong label gets a gradient; not where a loss selects.
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
        """The layout of packed ``(N, C)`` logits, on their device."""
        if self.layout is None:
            self.set_schema(AttributeSchema.unnamed(logits.shape[1]))
        assert self.layout is not None
        return self.layout.to(logits.device)

    def log_probabilities(self, logits: Tensor) -> Tensor:
        """``(N, A, K)`` from packed ``(N, C)`` logits, see :class:`LogitLayout`."""
        return self.layout_of(logits).log_probabilities(logits)

    @staticmethod
    def labels(targets: Tensor) -> Tensor:
        """Targets as int64; heads of other projects hand over floats, which must be whole."""
        if targets.is_floating_point():
            torch._assert_async((targets == targets.round()).all(), 'targets must be whole numbers')
        return targets.long()
