"""MR-GAN's generator: an image at every resolution from one forward pass.

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019, section 3.3. In no text, so
**ours**: the transposed convolutions double the size by kernels of 4 and stride 2, leaky ReLU has
slope 0.2, every resolution's features become an image by a 3x3 convolution and tanh, and weights
start normal with deviation 0.02 (DCGAN's).
"""

from itertools import pairwise

import torch
from mmengine.model import BaseModule
from mmengine.registry import MODELS
from torch import Tensor, nn

from par_plugins.models.gan.gan_sizes import GANSizes
from par_plugins.structures import InputError

SLOPE = 0.2
"""Of leaky ReLU below 0, in the generator and the discriminator."""

NORMAL_START = {'type': 'Normal', 'layer': ['Conv2d', 'ConvTranspose2d', 'Linear'], 'std': 0.02}
"""``init_cfg`` of the generator and the discriminator."""


def normed(convolution: nn.Module, channels: int) -> nn.Sequential:
    """Return the building block: a convolution, batch norm, leaky ReLU."""
    return nn.Sequential(convolution, nn.BatchNorm2d(channels), nn.LeakyReLU(SLOPE))


@MODELS.register_module()
class MRGANGenerator(BaseModule):
    """Noise and a label vector projected to the first maps, then doubled block by block.

    Args:
        sizes: Of images, label vector and feature maps.
        num_noise: Length N_Z of the noise (**ours**).
        init_cfg: See :class:`mmengine.model.BaseModule`.

    Attributes:
        resolutions: ``(height, width)`` of the images, smallest first.
    """

    def __init__(
        self,
        sizes: GANSizes,
        num_noise: int = 128,
        init_cfg: dict | None = NORMAL_START,
    ) -> None:
        super().__init__(init_cfg)
        self.resolutions, widths = sizes.resolutions, sizes.widths
        self.num_noise = num_noise
        self.num_conditions = sizes.num_conditions
        self.projection = nn.ConvTranspose2d(
            num_noise + self.num_conditions, widths[0], self.resolutions[0], bias=False
        )
        self.first_maps = nn.Sequential(nn.BatchNorm2d(widths[0]), nn.LeakyReLU(SLOPE))
        self.blocks = nn.ModuleList(
            normed(nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=False), after)
            for before, after in pairwise(widths)
        )
        self.to_images = nn.ModuleList(
            nn.Conv2d(width, sizes.image_channels, 3, padding=1) for width in widths
        )

    def forward(
        self,
        noise: Tensor,
        conditions: Tensor | None = None,
        perturbation: Tensor | None = None,
    ) -> list[Tensor]:
        """Generate.

        Args:
            noise: ``(N, N_Z)`` standard normal.
            conditions: ``(N, C)`` label vectors; None for an unconditional generator.
            perturbation: ``(N, *first_shape)``, added to the first feature maps after their batch
                norm and activation (**ours**: there they have a fixed scale).

        Returns:
            Images in [-1, 1], ``(N, image_channels, height, width)`` of every resolution, smallest
            first.

        Raises:
            InputError: If noise or label vectors are of another length.
        """
        vectors = noise if conditions is None else torch.cat([noise, conditions], dim=1)
        lengths = (noise.shape[1], vectors.shape[1] - noise.shape[1])
        if lengths != (self.num_noise, self.num_conditions):
            raise InputError(
                f'noise and label vector of lengths {lengths}, but the generator was built for '
                f'{(self.num_noise, self.num_conditions)}'
            )
        features = self.first_maps(self.projection(vectors[:, :, None, None]))
        if perturbation is not None:
            features = features + perturbation
        images = [self.to_images[0](features).tanh()]
        for block, to_image in zip(self.blocks, self.to_images[1:], strict=True):
            features = block(features)
            images.append(to_image(features).tanh())
        return images

    @property
    def first_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of the first feature maps."""
        return (self.projection.out_channels, *self.resolutions[0])
