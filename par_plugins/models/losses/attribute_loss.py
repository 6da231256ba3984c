"""What the losses on attributes share: which columns belong to which attribute."""

from typing import ClassVar

from torch import Tensor, nn

from par_plugins.structures import AttributeSchema, LogitLayout


class AttributeLoss(nn.Module):
    """Base of the losses on packed logits.

    Until a schema is set (a head does it), every column is taken for a binary attribute: so
    these losses work in heads of other OpenMMLab projects as they are.

    Attributes:
        inputs: What the loss needs beside logits and targets: names of attributes of
            :class:`par_plugins.models.losses.LossInputs`.
        images: Which images of a batch it is about, ``real`` or ``synthetic`` ones.
    """

    inputs: ClassVar[tuple[str, ...]] = ()
    images: ClassVar[str] = 'real'

    def __init__(self) -> None:
        super().__init__()
        self.layout: LogitLayout | None = None

    def set_schema(self, schema: AttributeSchema) -> None:
        """Say which columns belong to which attribute."""
        self.layout = LogitLayout(schema)

    def log_probabilities(self, logits: Tensor) -> Tensor:
        """``(N, A, K)`` from packed ``(N, C)`` logits, see :class:`LogitLayout`."""
        if self.layout is None:
            self.set_schema(AttributeSchema.unnamed(logits.shape[1]))
        assert self.layout is not None
        return self.layout.to(logits.device).log_probabilities(logits)
