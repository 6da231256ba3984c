"""Images side by side, as one image."""

from collections.abc import Sequence

import numpy as np


def image_grid(images: Sequence[np.ndarray], *, columns: int, enlarge: int = 1) -> np.ndarray:
    """Put images of one size into rows.

    Args:
        images: N of ``(H, W, C)``, N at least 1.
        columns: Images a row.
        enlarge: Side of the square that each pixel becomes.

    Returns:
        ``(rows * H * enlarge, columns * W * enlarge, C)``, 0 where the last row has no image.
    """
    height, width, channels = images[0].shape
    rows = -(-len(images) // columns)
    grid = np.zeros((rows * columns, height, width, channels), images[0].dtype)
    grid[: len(images)] = np.stack(images)
    grid = grid.reshape(rows, columns, height, width, channels).swapaxes(1, 2)
    flat = grid.reshape(rows * height, columns * width, channels)
    return flat.repeat(enlarge, axis=0).repeat(enlarge, axis=1)
