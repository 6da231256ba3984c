"""Mixed precision in bfloat16, also on the CPU."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn


@OPTIM_WRAPPERS.register_module()
class BFloat16OptimWrapper(OptimWrapper):
    """mmengine's ``OptimWrapper`` with a forward pass in bfloat16.

    ``AmpOptimWrapper`` needs an accelerator and scales the loss; bfloat16 has float32's range and
    needs no scale.

    Args:
        *args: See :class:`mmengine.optim.OptimWrapper`.
        **kwargs: See there.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Run what is inside in bfloat16 where torch holds that safe."""
        device = next(model.parameters()).device.type
        with super().optim_context(model), torch.autocast(device, torch.bfloat16):
            yield
