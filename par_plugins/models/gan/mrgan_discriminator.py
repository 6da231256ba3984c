"""MR-GAN's discriminator: one trunk, entered at every resolution.

Y. Ye et al., "Hard-Aware Fashion Attribute Classification", 2019, section 3.3 and 4.4. **Ours**: an
entry is a 3x3 convolution of the image without batch norm, to which the label vector comes as
constant maps, that is, as a bias: so that 1,000 attributes at 224x224 take no memory.
"""

from collections.abc import Sequence
from itertools import pairwise

from mmengine.model import BaseModule
from mmengine.registry import MODELS
from torch import Tensor, nn

from par_plugins.models.gan.gan_sizes import GANSizes
from par_plugins.models.gan.mrgan_generator import NORMAL_START, SLOPE, normed
from par_plugins.structures import InputError


@MODELS.register_module()
class MRGANDiscriminator(BaseModule):
    """Real or generated, asked at every resolution.

    Args:
        sizes: As of the generator.
        init_cfg: See :class:`mmengine.model.BaseModule`.
    """

    def __init__(
        self,
        sizes: GANSizes,
        init_cfg: dict | None = NORMAL_START,
    ) -> None:
        super().__init__(init_cfg)
        self.resolutions, widths = sizes.resolutions, sizes.widths
        self.num_conditions = sizes.num_conditions
        self.from_images = nn.ModuleList(
            nn.Conv2d(sizes.image_channels, width, 3, padding=1) for width in widths
        )
        self.from_conditions = nn.ModuleList(
            nn.Linear(self.num_conditions, width, bias=False)
            for width in widths
            if self.num_conditions
        )
        self.activation = nn.LeakyReLU(SLOPE)
        self.blocks = nn.ModuleList(
            normed(nn.Conv2d(after, before, 4, stride=2, padding=1, bias=False), before)
            for before, after in pairwise(widths)
        )
        self.last = nn.Conv2d(widths[0], 1, self.resolutions[0])

    def forward(self, images: Sequence[Tensor], conditions: Tensor | None = None) -> list[Tensor]:
        """Ask at every resolution, each by a forward pass of its own.

        Args:
            images: In [-1, 1], ``(N, image_channels, height, width)`` of every resolution, smallest
                first.
            conditions: ``(N, C)`` label vectors; None for an unconditional discriminator.

        Returns:
            ``(N,)`` logits of being real, for every resolution.

        Raises:
            InputError: If the images or label vectors are of another size.
        """
        length = 0 if conditions is None else conditions.shape[1]
        if length != self.num_conditions:
            raise InputError(
                f'a label vector of length {length}, but the discriminator was built for '
                f'{self.num_conditions}'
            )
        sizes = [tuple(image.shape[2:]) for image in images]
        if sizes != self.resolutions:
            raise InputError(f'images of sizes {sizes}, expected {self.resolutions}')
        return [self._logits(level, image, conditions) for level, image in enumerate(images)]

    def _logits(self, level: int, image: Tensor, conditions: Tensor | None) -> Tensor:
        features = self.from_images[level](image)
        if conditions is not None:
            features = features + self.from_conditions[level](conditions)[:, :, None, None]
        features = self.activation(features)
        for block in reversed(self.blocks[:level]):
            features = block(features)
        return self.last(features).flatten()
