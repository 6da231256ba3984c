"""A sheet of toy pedestrians with the names of their attributes, for a person to look at."""

import cv2
import numpy as np

from par_plugins.testing.toy_appearance import PA100K_ATTRIBUTES, pa100k_labels
from par_plugins.testing.toy_pedestrians import ToyPedestrians

COLUMNS = 10
PICTURE_HEIGHT = 256
CELL_WIDTH = 144
LINE_HEIGHT = 14
FONT_SCALE = 0.38
MARGIN = 4


def draw_sheet(pedestrians: ToyPedestrians, num_images: int) -> np.ndarray:
    """Draw the first pictures of a set, each above the names of its positive attributes.

    Args:
        pedestrians: The set.
        num_images: How many to draw; at least 1. All of a smaller set.

    Returns:
        (H, W, 3) uint8, blue-green-red; ten pictures a row.
    """
    indices = range(min(num_images, len(pedestrians)))
    names = [
        [attribute.name for attribute, label in zip(PA100K_ATTRIBUTES, row, strict=True) if label]
        for row in pa100k_labels(pedestrians[index] for index in indices)
    ]
    cell_height = PICTURE_HEIGHT + (1 + max(map(len, names))) * LINE_HEIGHT
    num_rows = -(-len(indices) // COLUMNS)
    sheet = np.full((num_rows * cell_height, COLUMNS * CELL_WIDTH, 3), 255, dtype=np.uint8)
    for index in indices:
        row, column = divmod(index, COLUMNS)
        top, left = row * cell_height, column * CELL_WIDTH
        picture = _fitted(pedestrians.image(index))
        sheet[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
        for line, name in enumerate(names[index], start=1):
            corner = (left + MARGIN, top + PICTURE_HEIGHT + line * LINE_HEIGHT)
            cv2.putText(
                sheet, name, corner, cv2.FONT_HERSHEY_SIMPLEX, FONT_SCALE, (0, 0, 0), 1, cv2.LINE_AA
            )
    return sheet


def _fitted(picture: np.ndarray) -> np.ndarray:
    """The picture at the height of the sheet's rows, or at its columns' width if that is less."""
    height, width = picture.shape[:2]
    scale = min(PICTURE_HEIGHT / height, (CELL_WIDTH - MARGIN) / width)
    size = (round(width * scale), round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST)
