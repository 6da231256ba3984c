"""Five network-in-network units: the trunk of MTCT, for clothes.

Q. Dong, S. Gong and X. Zhu, "Multi-Task Curriculum Transfer Deep Learning of Clothing Attributes",
WACV 2017, after M. Lin et al., "Network in Network", ICLR 2014; the base network of class
rectification on X-Domain, where each attribute has a branch of three fully connected layers:
``AttributeHead(embedding_channels=[...])`` with two sizes, the classifier being the third.
**Ours**: the widths and the three poolings, which are in none of the texts.
"""

from collections.abc import Sequence

from mmcv.cnn import ConvModule
from mmengine.registry import MODELS
from mmpretrain.models.backbones.base_backbone import BaseBackbone
from torch import Tensor, nn

from par_plugins.structures import InputError

KERNELS = (11, 5, 3, 3, 3)
NUM_POOLED = 3  # units with a pooling behind them


@MODELS.register_module()
class MTCTNet(BaseBackbone):
    """Units of a convolution and two 1 x 1 convolutions, each with a ReLU.

    Args:
        channels: Of the five units.
        norm_cfg: A norm behind every convolution, or None as in the original.
        init_cfg: See :class:`mmengine.model.BaseModule`.

    Raises:
        InputError: If there are not five channels.
    """

    def __init__(
        self,
        channels: Sequence[int] = (96, 256, 384, 512, 512),
        norm_cfg: dict | None = None,
        init_cfg: dict | list[dict] | None = [  # noqa: B006 (BaseModule copies it)
            {'type': 'Kaiming', 'layer': 'Conv2d', 'mode': 'fan_in'}
        ],
    ) -> None:
        super().__init__(init_cfg)
        if len(channels) != len(KERNELS):
            raise InputError(f'channels must be {len(KERNELS)} numbers, got {channels}')
        layers: list[nn.Module] = []
        in_channels = 3
        for unit, (kernel, width) in enumerate(zip(KERNELS, channels, strict=True)):
            stride, padding = (4, 0) if unit == 0 else (1, kernel // 2)
            layers += [
                ConvModule(in_channels, width, kernel, stride, padding, norm_cfg=norm_cfg),
                ConvModule(width, width, 1, norm_cfg=norm_cfg),
                ConvModule(width, width, 1, norm_cfg=norm_cfg),
            ]
            if unit < NUM_POOLED:
                layers.append(nn.MaxPool2d(3, stride=2))
            in_channels = width
        self.units = nn.Sequential(*layers)

    def forward(self, images: Tensor) -> tuple[Tensor]:
        """Compute the maps of the last unit.

        Args:
            images: ``(N, 3, H, W)``, each side at least 67.

        Returns:
            ``(N, 512, h, w)``; 5 x 5 maps of 224 x 224 images.
        """
        return (self.units(images),)
