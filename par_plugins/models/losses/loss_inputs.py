"""Everything a loss may look at: the contract between a head and its losses."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from par_plugins.models.losses.foreign_losses import foreign_loss, masks_unknown
from par_plugins.structures import LogitLayout


@dataclass(frozen=True)
class LossInputs:
    """One batch as a head hands it to its losses.

    A head calls each of its losses as ``loss(logits, targets)``. A loss that needs more lists
    it in a class attribute ``inputs``, names of attributes of this class, and gets them as
    keyword arguments. A loss with the class attribute ``images = 'synthetic'`` is called on
    the synthetic images of the batch (those whose sample carries ``synthetic=True``), every
    other loss on the real ones; where a batch has none, the loss is not called.

    A loss leaves unknown labels out by itself and says so by the class attribute
    ``masks_unknown = True``, as every :class:`AttributeLoss` does; any other, one of upstream's, is
    called without them, see :mod:`par_plugins.models.losses.foreign_losses`.

    Attributes:
        layout: Where each attribute's columns are.
        logits: ``(N, C)`` packed.
        targets: ``(N, A)`` int64, -1 unknown; of a synthetic image, the labels it was drawn for.
        features: ``(N, F)`` shared by all attributes, or ``(N, A, E)`` one embedding each.
        pids: ``(N,)`` int64 identities, or None where the data have none.
        camids: ``(N,)`` int64 cameras, or None where the data have none.
        image_indices: ``(N,)`` int64 place of each image in its dataset, or None where samples do
            not say.
    """

    layout: LogitLayout
    logits: Tensor
    targets: Tensor
    features: Tensor
    pids: Tensor | None = None
    camids: Tensor | None = None
    image_indices: Tensor | None = None

    @cached_property
    def log_probabilities(self) -> Tensor:
        """``(N, A, K)`` log-probability of every value, ``-inf`` beyond an attribute's own."""
        return self.layout.log_probabilities(self.logits)

    @cached_property
    def error_logits(self) -> Tensor:
        """``(N, A)``, shared by the losses, see :meth:`LogitLayout.error_logits`."""
        return self.layout.error_logits(self.logits, self.targets)

    @cached_property
    def probabilities(self) -> Tensor:
        """``(N, C)`` packed probabilities."""
        return self.layout.probabilities(self.logits)

    def call(self, loss: nn.Module) -> Tensor:
        """Call a loss with what it asks for."""
        more = {name: getattr(self, name) for name in getattr(loss, 'inputs', ())}
        if not masks_unknown(loss):
            return foreign_loss(loss, self.logits, self.targets, self.layout, **more)
        return loss(self.logits, self.targets, **more)

    def select(self, images: Sequence[int]) -> 'LossInputs':
        """Select the batch of these images, in this order."""
        rows = torch.tensor(images, dtype=torch.long, device=self.logits.device)
        chosen: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Tensor):
                chosen[field.name] = value[rows]
        return replace(self, **chosen)
