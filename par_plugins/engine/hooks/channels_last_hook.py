"""Weights of convolutions laid out as fast kernels want them, while a model trains."""

from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner


@HOOKS.register_module()
class ChannelsLastHook(Hook):
    """Train with channels last in memory; checkpoints hold tensors laid out as ever.

    Convolutions follow the layout of their weights, so that inputs need no change. With bfloat16
    it is what makes mixed precision worth while, on CPUs as on tensor cores.
    """

    def before_train(self, runner: Runner) -> None:
        """Lay out the weights anew."""
        runner.model.to(memory_format=torch.channels_last)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Write weights as other programs expect them."""
        weights = checkpoint['state_dict']
        for name, value in weights.items():
            weights[name] = value.contiguous()
