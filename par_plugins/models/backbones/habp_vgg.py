"""VGG-16 whose fully connected layers are two convolutions without padding.

The network of hard-aware learning on DeepFashion ("HABP", 2019, section 4.1): 2048 and 4096
channels with ReLU, average pooling; dropout 0.5 belongs to the head. Upstream's VGG-16 and its
ImageNet weights serve for the first 13 layers.
"""

from collections.abc import Sequence
from typing import Any

from mmengine.registry import MODELS
from mmpretrain.models.backbones import VGG
from torch import Tensor, nn


@MODELS.register_module()
class HABPVGG(VGG):
    """VGG-16 with two 3 x 3 convolutions and average pooling on top.

    Args:
        channels: Of the two convolutions.
        **kwargs: See :class:`mmpretrain.models.VGG`.
    """

    def __init__(self, channels: Sequence[int] = (2048, 4096), **kwargs: Any) -> None:
        super().__init__(depth=16, **kwargs)
        first, second = channels
        self.top = nn.Sequential(
            nn.Conv2d(self.in_channels, first, 3),
            nn.ReLU(),
            nn.Conv2d(first, second, 3),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )

    def forward(self, images: Tensor) -> tuple[Tensor]:
        """Compute the pooled features.

        Args:
            images: ``(N, 3, H, W)``, each side at least 160; 224 in the paper.

        Returns:
            ``(N, 4096)``.
        """
        return (self.top(super().forward(images)[-1]),)
