"""Normal noise that changes slowly from pixel to pixel."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import interpolate


def smooth_noise(shape: Sequence[int], *, cells: int, generator: torch.Generator) -> Tensor:
    """Return standard normal values on a coarse grid, interpolated to the size of images.

    Args:
        shape: ``(N, C, H, W)``.
        cells: Values along a side of the grid; the fewer, the smoother.
        generator: Of the device of the result.

    Returns:
        Noise of that shape.
    """
    coarse = (*shape[:2], cells, cells)
    values = torch.randn(coarse, generator=generator, device=generator.device)
    return interpolate(values, list(shape[2:]), mode='bicubic', align_corners=True)
