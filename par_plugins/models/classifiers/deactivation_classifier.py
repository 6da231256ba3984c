"""A classifier whose synthetic images do not touch batch norm's idea of real ones.

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019, trains on a batch of real images,
then on one of synthetic ones; of batch norm it says nothing, this is **ours**.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from mmengine.registry import MODELS
from mmengine.structures import BaseDataElement
from mmpretrain.models import ImageClassifier
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


@MODELS.register_module()
class DeactivationClassifier(ImageClassifier):
    """mmpretrain's ``ImageClassifier``, with a forward pass of their own for synthetic images.

    Batch norm then normalises each kind by its own statistics, and its running averages are those
    of the real images alone.

    Args:
        *args: See :class:`mmpretrain.models.ImageClassifier`.
        **kwargs: See there; the head must be an ``AttributeHead``.
    """

    def loss(self, inputs: Tensor, data_samples: Sequence[BaseDataElement]) -> dict[str, Tensor]:
        """Compute the head's losses on real, then on synthetic images.

        Args:
            inputs: ``(N, C, H, W)``.
            data_samples: N samples with ``gt_attributes``, synthetic ones with ``synthetic=True``.
        """
        synthetic = [bool(sample.get('synthetic', False)) for sample in data_samples]
        losses: dict[str, Tensor] = {}
        for wanted in (False, True):
            rows = [row for row, is_synthetic in enumerate(synthetic) if is_synthetic == wanted]
            if not rows:
                continue
            images = inputs[torch.tensor(rows, device=inputs.device)]
            samples = [data_samples[row] for row in rows]
            with _frozen_averages(self, frozen=wanted):
                losses |= self.head.loss(self.extract_feat(images), samples)
        return losses


@contextmanager
def _frozen_averages(model: nn.Module, *, frozen: bool) -> Iterator[None]:
    """Keep batch norm's running averages as they are."""
    norms = [m for m in model.modules() if frozen and isinstance(m, _BatchNorm) and m.training]
    before = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 0.0
    try:
        yield
    finally:
        for norm, momentum in zip(norms, before, strict=True):
            norm.momentum = momentum
