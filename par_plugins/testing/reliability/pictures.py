"""Damaged pictures, and pictures that claim to be huge, read by the loading transform."""

import struct
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from par_plugins.datasets.transforms import LoadPersonImage
from par_plugins.testing.reliability.damage import damage_bytes
from par_plugins.testing.reliability.tally import Tally, try_cases

FORMATS = ('.jpg', '.png', '.bmp', '.webp', '.tiff')
SIDES = (32, 64)


def try_pictures(
    folder: Path, count: int, seed: int, on_case: Callable[[int], object] = lambda tried: None
) -> Tally:
    """Read pictures with damaged bytes or with other sizes in their headers.

    A picture that is read must have the shape that its array says, three channels of uint8.

    Args:
        folder: Empty, for the pictures.
        count: Number of pictures.
        seed: Of the damage.
        on_case: See :func:`try_cases`.
    """
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    drawn = rng.integers(0, 256, (*SIDES, 3), dtype=np.uint8)
    sound = {suffix: bytes(cv2.imencode(suffix, drawn)[1]) for suffix in FORMATS}
    return try_cases(partial(_load, folder, sound, seed), count, on_case=on_case)


def _load(folder: Path, sound: dict[str, bytes], seed: int, number: int) -> None:
    rng = np.random.default_rng((seed, number))
    suffix = FORMATS[number % len(FORMATS)]
    content = sound[suffix]
    damaged = (
        claim_other_size(content, rng) if rng.random() < 0.2 else damage_bytes(content, rng, 2)
    )
    path = folder / f'picture{suffix}'
    path.write_bytes(damaged)
    image = LoadPersonImage()({'img_path': str(path)})['img']
    assert image.ndim == 3 and image.shape[2] == 3 and image.dtype == np.uint8, image.shape


def claim_other_size(content: bytes, rng: np.random.Generator) -> bytes:
    """Write another width and height into the header of a PNG, JPEG or BMP file.

    Args:
        content: A sound picture.
        rng: Source of the size, up to the largest that the format can say.

    Returns:
        The picture; of other formats one with damaged bytes.
    """
    width, height = (int(2 ** rng.uniform(0, 16)) for _ in range(2))
    if content.startswith(b'\x89PNG'):
        header = b'IHDR' + struct.pack('>II', width, height) + content[24:29]
        checksum = struct.pack('>I', zlib.crc32(header))
        return content[:12] + header + checksum + content[33:]
    if content.startswith(b'\xff\xd8'):
        start = content.find(b'\xff\xc0') + 5
        size = struct.pack('>HH', min(height, 65500), min(width, 65500))
        return content[:start] + size + content[start + 4 :]
    if content.startswith(b'BM'):
        return content[:18] + struct.pack('<ii', width, height) + content[26:]
    return damage_bytes(content, rng, 2)
