"""Complementary images made of real ones: a control for the deactivation loss (ours)."""

import torch
from mmengine.registry import HOOKS
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from par_plugins.engine.hooks.complementary_images_hook import ComplementaryImagesHook
from par_plugins.engine.smooth_noise import smooth_noise
from par_plugins.structures import InputError


@HOOKS.register_module()
class DistortedImagesHook(ComplementaryImagesHook):
    """Complementary images that are real images of the batch, bent until they are none any more.

    Every pixel is fetched from a place that smooth noise has moved; what would come from outside
    is the nearest pixel of the edge. The labels say nothing about them.

    Args:
        interval: Iterations from one batch with such images to the next.
        num_images: Synthetic images in such a batch; None takes as many as real ones.
        strength: Standard deviation of the moves, in heights and widths of the image.
        cells: See :func:`smooth_noise`.

    Raises:
        InputError: If a number is not positive, or no loss has hard labels.
    """

    def __init__(
        self,
        interval: int = 20,
        num_images: int | None = None,
        strength: float = 0.2,
        cells: int = 5,
    ) -> None:
        super().__init__(interval, num_images)
        if not strength > 0 or cells < 1:
            raise InputError(f'strength={strength}, cells={cells}: expected positive numbers')
        self.strength = strength
        self.cells = cells

    def images_for(self, labels: Tensor, real: Tensor, generator: torch.Generator) -> Tensor:
        """Bend images."""
        device = generator.device
        rows = torch.randint(len(real), (len(labels),), generator=generator, device=device)
        chosen = real.to(device)[rows].float()
        count, _, height, width = chosen.shape
        moves = smooth_noise((count, 2, height, width), cells=self.cells, generator=generator)
        identity = torch.eye(2, 3, device=device).expand(count, -1, -1)
        straight = affine_grid(identity, list(chosen.shape), align_corners=False)
        # grid_sample counts an image from -1 to 1: it is 2 high and 2 wide.
        positions = straight + 2 * self.strength * moves.movedim(1, 3)
        return grid_sample(chosen, positions, padding_mode='border', align_corners=False).round()
