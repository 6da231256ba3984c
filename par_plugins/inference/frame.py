"""One picture, or one frame of a video, on its way through prediction."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture with where it comes from.

    Attributes:
        image: ``(H, W, 3)`` uint8, channels blue, green, red as OpenCV reads them.
        source: Path of the picture or video, or what else names it.
        number: Of the frame in its video, from 0; 0 for a picture.
        seconds: Time of the frame in its video; 0 for a picture.
    """

    image: np.ndarray
    source: str
    number: int = 0
    seconds: float = 0.0
