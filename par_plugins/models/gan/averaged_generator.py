"""The moving average of a generator."""

from collections.abc import Callable
from typing import Any

from mmengine.model import ExponentialMovingAverage
from torch import Tensor, nn


class AveragedGenerator(ExponentialMovingAverage):
    """mmengine's exponential moving average, of weights and batch norm's statistics.

    Different from upstream's with ``update_buffers``, it stays right when it is moved to another
    device, and it is always in evaluation mode.

    Args:
        generator: What is averaged.
        momentum: Share of the new weights in every step.
    """

    def __init__(self, generator: nn.Module, momentum: float) -> None:
        super().__init__(generator, momentum=momentum, update_buffers=True)
        self.eval()

    def _apply(self, fn: Callable[[Tensor], Tensor], *args: Any, **kwargs: Any) -> nn.Module:
        super()._apply(fn, *args, **kwargs)
        self.avg_parameters = self.module.state_dict()
        return self

    def train(self, mode: bool = True) -> nn.Module:
        """Stay in evaluation mode."""
        return super().train(False)
