"""People cut out of a frame, and how well each can be seen."""

from dataclasses import dataclass

import cv2
import numpy as np

SHARP = 100.0
"""Variance of the Laplacian of a grey crop, at the network's size, from which it is sharp."""


@dataclass(frozen=True)
class CropQuality:
    """How well a person can be seen.

    Attributes:
        height: Of the box in the frame, in pixels.
        width: Of the box in the frame, in pixels.
        sharpness: See ``picture_sharpness``.
        cut: Whether the box touches an edge of the frame, so that something may be missing.
    """

    height: float
    width: float
    sharpness: float
    cut: bool

    def weight(self, target_height: int) -> float:
        """Weigh this crop among those of one person, in (0, 1].

        Args:
            target_height: Of the network's input: a smaller crop holds less than the network sees.
        """
        size = min(1.0, self.height / target_height)
        sharp = min(1.0, self.sharpness / SHARP)
        return max(1e-3, size * (0.25 + 0.75 * sharp) * (0.5 if self.cut else 1.0))


def padded_box(box: np.ndarray, padding: float) -> np.ndarray:
    """Grow a box by a share of its sides, half of it on each side.

    Args:
        box: ``(4,)`` left, top, right, bottom.
        padding: Share of width and height that benchmarks leave around a person.

    Example:
        >>> padded_box(np.array([10.0, 10, 20, 30]), 0.2).tolist()
        [9.0, 8.0, 21.0, 32.0]
    """
    grow = np.asarray(box[2:] - box[:2]) * padding / 2
    return np.concatenate([box[:2] - grow, box[2:] + grow])


def crop(image: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Cut a box out; where it reaches over the edges, they are repeated.

    Args:
        image: ``(H, W, C)``.
        box: ``(4,)`` left, top, right, bottom in pixels, with a part of it in the image.

    Returns:
        ``(h, w, C)``, at least one pixel each way.
    """
    left, top = np.floor(box[:2]).astype(int)
    right, bottom = np.maximum(np.ceil(box[2:]).astype(int), [left + 1, top + 1])
    rows = np.clip(np.arange(top, bottom), 0, image.shape[0] - 1)
    columns = np.clip(np.arange(left, right), 0, image.shape[1] - 1)
    if (rows[0], rows[-1]) == (top, bottom - 1) and (columns[0], columns[-1]) == (left, right - 1):
        return image[top:bottom, left:right]
    return image[np.ix_(rows, columns)]


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


def quality_of(image: np.ndarray, box: np.ndarray, target_height: int) -> CropQuality:
    """Measure how well the person in a box can be seen.

    Args:
        image: ``(H, W, 3)`` or grey ``(H, W)``.
        box: ``(4,)`` within the image.
        target_height: Of the network's input.
    """
    person = crop(image, box)
    height, width = image.shape[:2]
    at_edge = (box[:2] <= 1).tolist() + (box[2:] >= [width - 1, height - 1]).tolist()
    cut = any(at_edge) and not all(at_edge)  # a picture taken whole is of one person
    return CropQuality(
        float(box[3] - box[1]),
        float(box[2] - box[0]),
        picture_sharpness(person, target_height),
        cut,
    )
