"""Complementary images that no generator has drawn: a control for the deactivation loss (ours)."""

import torch
from mmengine.registry import HOOKS
from torch import Tensor

from par_plugins.engine.hooks.complementary_images_hook import ComplementaryImagesHook
from par_plugins.engine.smooth_noise import smooth_noise
from par_plugins.structures import InputError


@HOOKS.register_module()
class RandomBlobsHook(ComplementaryImagesHook):
    """Complementary images of smooth random blobs, in the pixel values of real images.

    The pixels of a random real image of the batch, channel by channel, brightest where a smooth
    noise is highest: as many pixels of each value as the real image has, and nothing else of it.
    The labels say nothing about them.

    Args:
        interval: Iterations from one batch with such images to the next.
        num_images: Synthetic images in such a batch; None takes as many as real ones.
        cells: See :func:`smooth_noise`.

    Raises:
        InputError: If a number is not positive, or no loss has hard labels.
    """

    def __init__(self, interval: int = 20, num_images: int | None = None, cells: int = 7) -> None:
        super().__init__(interval, num_images)
        if cells < 1:
            raise InputError(f'cells must be positive, got {cells}')
        self.cells = cells

    def images_for(self, labels: Tensor, real: Tensor, generator: torch.Generator) -> Tensor:
        """Draw blobs."""
        device = generator.device
        rows = torch.randint(len(real), (len(labels),), generator=generator, device=device)
        chosen = real.to(device)[rows]
        noise = smooth_noise(chosen.shape, cells=self.cells, generator=generator)
        ranks = noise.flatten(2).argsort(dim=2).argsort(dim=2)
        return chosen.flatten(2).sort(dim=2).values.gather(2, ranks).view_as(chosen)
