"""Write a toy MNIST: the official IDX files, digits of a font."""

import struct
from pathlib import Path

import cv2
import numpy as np

SIDE = 28


def write_mnist(
    root: str | Path, *, num_train: int = 10_064, num_test: int = 64, seed: int = 0
) -> None:
    """Write digits of different size, place and weight.

    Args:
        root: Folder of the four files; made if missing, files are overwritten.
        num_train: Training images; ``MNISTDigits`` holds out 10,000 of them unless told otherwise.
        num_test: Test images.
        seed: Of the digits.
    """
    root = Path(root)
    root.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    for prefix, number in (('train', num_train), ('t10k', num_test)):
        labels = rng.integers(0, 10, number, dtype=np.uint8)
        images = np.stack([_drawn(str(label), rng) for label in labels])
        for kind, array in (('images-idx3', images), ('labels-idx1', labels)):
            head = struct.pack(f'>HBB{array.ndim}I', 0, 8, array.ndim, *array.shape)
            (root / f'{prefix}-{kind}-ubyte').write_bytes(head + array.tobytes())


def _drawn(digit: str, rng: np.random.Generator) -> np.ndarray:
    image = np.zeros((SIDE, SIDE), np.uint8)
    corner = (int(rng.integers(4, 9)), int(rng.integers(21, 26)))
    scale, weight = float(rng.uniform(0.7, 0.9)), int(rng.integers(1, 4))
    return cv2.putText(
        image, digit, corner, cv2.FONT_HERSHEY_SIMPLEX, scale, 255, weight, cv2.LINE_AA
    )
