"""Samples of benchmarks whose files hold the pixels themselves."""

from collections.abc import Sequence
from typing import Any

import numpy as np


def image_extras(images: np.ndarray) -> dict[str, Sequence[Any]]:
    """What a loading transform would have put into each sample, which then needs none.

    Args:
        images: ``(N, H, W, 3)`` uint8, blue-green-red as OpenCV has it, or ``(N, H, W)`` grey.
    """
    shapes = [images.shape[1:3]] * len(images)
    return {'img': list(np.ascontiguousarray(images)), 'img_shape': shapes, 'ori_shape': shapes}
