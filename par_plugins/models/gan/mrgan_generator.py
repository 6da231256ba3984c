"""MR-GAN's generator: an image at every resolution from one forward pass.

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019, section 3.3. In no text, so
**ours**: the transposed convolutions double the size by kernels of 4 and stride 2, leaky ReLU has
slope 0.2, every resolution's features become an image by a 3x3 convolution and tanh, and weights
start normal with deviation 0.02 (DCGAN's).
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from mmengine.model import BaseModule
from mmengine.registry import MODELS
from torch import Tensor, nn

from par_plugins.models.gan.resolutions import channels_of, resolutions_of
from par_plugins.structures import InputError

SLOPE = 0.2
"""Of leaky ReLU below 0, in the generator and the discriminator."""

NORMAL_START = {'type': 'Normal', 'layer': ['Conv2d', 'ConvTranspose2d', 'Linear'], 'std': 0.02}
"""``init_cfg`` of the generator and the discriminator."""


def normed(convolution: nn.Module, channels: int) -> nn.Sequential:
    """The building block: a convolution, batch norm, leaky ReLU."""
    return nn.Sequential(convolution, nn.BatchNorm2d(channels), nn.LeakyReLU(SLOPE))


@MODELS.register_module()
class MRGANGenerator(BaseModule):
    """Noise and a label vector projected to the first maps, then doubled block by block.

    Args:
        image_size: Height and width, or the side, of the largest images; see
            :func:`resolutions_of`.
        num_conditions: Length C of the label vector; 0 for an unconditional generator.
        num_noise: Length N_Z of the noise (**ours**).
        channels: Of the largest feature maps; the paper takes 64 at 28 (MNIST), 32 at 224, 12 at
            512.
        max_channels: Of the smallest; the paper takes 512, and 384 at 512.
        image_channels: Of the images.
        init_cfg: See :class:`mmengine.model.BaseModule`.

    Attributes:
        resolutions: ``(height, width)`` of the images, smallest first.

    Raises:
        InputError: If no first map leads to ``image_size``.
    """

    def __init__(
        self,
        image_size: int | Sequence[int],
        num_conditions: int = 0,
        num_noise: int = 128,
        channels: int = 32,
        max_channels: int = 512,
        image_channels: int = 3,
        init_cfg: dict | None = NORMAL_START,
    ) -> None:
        super().__init__(init_cfg)
        self.resolutions = resolutions_of(image_size)
        self.num_noise = num_noise
        self.num_conditions = num_conditions
        widths = channels_of(len(self.resolutions), channels=channels, max_channels=max_channels)
        self.projection = nn.ConvTranspose2d(
            num_noise + num_conditions, widths[0], self.resolutions[0], bias=False
        )
        self.first_maps = nn.Sequential(nn.BatchNorm2d(widths[0]), nn.LeakyReLU(SLOPE))
        self.blocks = nn.ModuleList(
            normed(nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=False), after)
            for before, after in pairwise(widths)
        )
        self.to_images = nn.ModuleList(
            nn.Conv2d(width, image_channels, 3, padding=1) for width in widths
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
