"""Every network gives embeddings: of its head, or of what its backbone has pooled."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mmpretrain.structures import DataSample
from torch import Tensor, nn

from par_plugins.inference import AttributeInferencer


class PersonEmbedder(AttributeInferencer):
    """An :class:`AttributeInferencer` whose samples all have ``pred_embedding``.

    Where the head has no embedding of its own it is the pooled feature of the backbone, which the
    head takes; an exported network has it among its outputs.
    """

    def forward(self, inputs: Any, **kwargs: Any) -> list[DataSample]:
        """Predict a collated batch."""
        with pooled_features(self.model) as features:
            samples = super().forward(inputs, **kwargs)
        if features and 'pred_embedding' not in samples[0]:
            for sample, row in zip(samples, features[-1], strict=True):
                sample.set_field(row, 'pred_embedding')
        return samples


@contextmanager
def pooled_features(model: Any) -> Iterator[list[Tensor]]:
    """Note what comes out of a classifier's neck, or of its backbone where it has no neck.

    Args:
        model: A classifier of mmpretrain.

    Yields:
        A list to which each forward pass adds a tensor ``(N, F)``: of several stages the last, the
        mean over its pixels or tokens.
    """
    features: list[Tensor] = []
    last = getattr(model, 'neck', None) or getattr(model, 'backbone', None)
    if not isinstance(last, nn.Module):
        yield features
        return

    def note(module: nn.Module, inputs: Any, outputs: Any) -> None:
        while isinstance(outputs, list | tuple):
            outputs = outputs[-1]
        if isinstance(outputs, Tensor) and outputs.ndim > 1:
            over = tuple(range(2, outputs.ndim)) if outputs.ndim != 3 else (1,)
            pooled = outputs.float().mean(dim=over) if over else outputs.float()
            features.append(pooled.detach())

    handle = last.register_forward_hook(note)
    try:
        yield features
    finally:
        handle.remove()
