"""LeNet-5 with ReLU, for 28 x 28 images; upstream's ``LeNet5`` has tanh and wants 32 x 32.

Y. LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998; with ReLU the
network of the deactivation loss on MNIST (HABP, 2019). Deliberate differences, as everywhere today:
every map of the second convolution sees every map of the first, and poolings have no weights.
"""

from mmengine.registry import MODELS
from mmpretrain.models.backbones.base_backbone import BaseBackbone
from torch import Tensor, nn

from par_plugins.structures import checked_choice

OUT_CHANNELS = 84


@MODELS.register_module()
class ReLULeNet(BaseBackbone):
    """Convolutions 6-16-120 and a fully connected layer of 84.

    Args:
        pooling: ``average`` as in LeNet-5, or ``max``.
        init_cfg: See :class:`mmengine.model.BaseModule`.

    Raises:
        InputError: If there is no such pooling.
    """

    def __init__(
        self,
        pooling: str = 'average',
        init_cfg: dict | list[dict] | None = [  # noqa: B006 (BaseModule copies it)
            {'type': 'Kaiming', 'layer': ['Conv2d', 'Linear'], 'mode': 'fan_in'}
        ],
    ) -> None:
        super().__init__(init_cfg)
        poolings = {'average': nn.AvgPool2d, 'max': nn.MaxPool2d}
        pool = poolings[checked_choice('pooling', pooling, poolings)]
        self.layers = nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2),
            nn.ReLU(),
            pool(2),
            nn.Conv2d(6, 16, 5),
            nn.ReLU(),
            pool(2),
            nn.Conv2d(16, 120, 5),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(120, OUT_CHANNELS),
            nn.ReLU(),
        )

    def forward(self, images: Tensor) -> tuple[Tensor]:
        """Compute the fully connected layer after its activation.

        Args:
            images: ``(N, 1, 28, 28)``.

        Returns:
            ``(N, 84)``.
        """
        return (self.layers(images),)
