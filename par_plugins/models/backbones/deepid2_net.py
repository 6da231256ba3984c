"""DeepID2's network with one shared fully connected layer, for faces.

Y. Sun et al., "Deep Learning Face Representation by Joint Identification-Verification", NIPS 2014;
the base network of class rectification on CelebA (Dong, Gong and Zhu, 2017 and 2019), which adds a
64-d layer and a classifier for each attribute: ``AttributeHead(embedding_channels=64)``. Deliberate
difference: the third and fourth convolutions share their weights over the whole image, where the
original shares them in parts of it or not at all.
"""

import torch
from mmengine.registry import MODELS
from mmpretrain.models.backbones.base_backbone import BaseBackbone
from torch import Tensor, nn

from par_plugins.structures import InputError

CHANNELS = (20, 40, 60, 80)
KERNELS = (4, 3, 3, 2)


@MODELS.register_module()
class DeepID2Net(BaseBackbone):
    """Four convolutions, and one layer (FC1) that is fully connected to the last two of them.

    Args:
        input_size: Height and width of the images.
        out_channels: Features of FC1.
        init_cfg: See :class:`mmengine.model.BaseModule`.

    Raises:
        InputError: If the images are too small.
    """

    def __init__(
        self,
        input_size: tuple[int, int] = (55, 47),
        out_channels: int = 160,
        init_cfg: dict | list[dict] | None = [  # noqa: B006 (BaseModule copies it)
            {'type': 'Kaiming', 'layer': ['Conv2d', 'Linear'], 'mode': 'fan_in'}
        ],
    ) -> None:
        super().__init__(init_cfg)
        stages, in_channels = [], 3
        for channels, kernel in zip(CHANNELS[:3], KERNELS[:3], strict=True):
            stages += [nn.Conv2d(in_channels, channels, kernel), nn.ReLU(), nn.MaxPool2d(2)]
            in_channels = channels
        self.stages = nn.Sequential(*stages)
        self.last = nn.Sequential(nn.Conv2d(in_channels, CHANNELS[3], KERNELS[3]), nn.ReLU())
        height, width = (self._pooled_size(side) for side in input_size)
        if min(height, width) < KERNELS[3]:
            raise InputError(f'input_size {tuple(input_size)} is too small; 55 x 47 is usual')
        shrunk = (height - KERNELS[3] + 1) * (width - KERNELS[3] + 1)
        num_features = CHANNELS[2] * height * width + CHANNELS[3] * shrunk
        self.input_size = tuple(input_size)
        self.fc1 = nn.Linear(num_features, out_channels)

    @staticmethod
    def _pooled_size(side: int) -> int:
        for kernel in KERNELS[:3]:
            side = (side - kernel + 1) // 2
        return side

    def forward(self, images: Tensor) -> tuple[Tensor]:
        """Compute FC1 after its activation.

        Args:
            images: ``(N, 3, H, W)``.

        Returns:
            ``(N, out_channels)``.

        Raises:
            InputError: If the images are not of ``input_size``.
        """
        if images.shape[2:] != self.input_size:
            raise InputError(
                f'DeepID2Net has input_size {self.input_size}, got images of '
                f'{tuple(images.shape[2:])}'
            )
        third = self.stages(images)
        both = torch.cat([third.flatten(1), self.last(third).flatten(1)], dim=1)
        return (self.fc1(both).relu(),)
