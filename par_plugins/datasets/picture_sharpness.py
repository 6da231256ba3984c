"""How sharp a picture of a person is."""

import cv2
import numpy as np


def picture_sharpness(image: np.ndarray, target_height: int) -> float:
    """Measure the variance of the Laplacian of the grey picture.

    Args:
        image: ``(H, W, 3)`` or grey ``(H, W)``, uint8.
        target_height: Of the network's input: a larger picture is shrunk to it first, because the
            network sees no more.
    """
    scale = min(1.0, target_height / image.shape[0])
    size = max(3, round(image.shape[1] * scale)), max(3, round(image.shape[0] * scale))
    grey = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    if grey.ndim == 3:
        grey = cv2.cvtColor(grey, cv2.COLOR_BGR2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())
