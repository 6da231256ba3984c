"""Damaged pictures, and pictures that claim to be huge, read by the loading transform."""

import io
import os
import struct
import zlib
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image

from par_plugins.datasets.transforms import LoadPersonImage
from par_plugins.testing.reliability.damage import damage_bytes
from par_plugins.testing.reliability.tally import Tally, try_cases

FORMATS = ('JPEG', 'PNG', 'BMP', 'WEBP', 'TIFF', 'GIF', 'PPM')
MODES = ('1', 'L', 'LA', 'P', 'RGB', 'RGBA', 'CMYK', 'I;16')
SIDES = (64, 32)
ORIENTATION = 0x112  # EXIF's tag
SHARE_OF_OTHERS = 0.05
OTHER_FILES: tuple[Callable[[Path], object], ...] = (
    os.mkfifo,
    Path.mkdir,
    Path.touch,
    lambda path: path.symlink_to(path.name),
    lambda path: path.symlink_to('/dev/zero'),
    lambda path: path.symlink_to('missing'),
    lambda path: path.write_text('<html>404</html>', encoding='utf-8'),
    lambda path: path.write_bytes(bytes(1 << 16)),
)
"""What may stand where a picture should: none of it is one."""


def try_pictures(
    folder: Path, count: int, seed: int, on_case: Callable[[int], object] = lambda tried: None
) -> Tally:
    """Read pictures with damaged bytes or with other sizes in their headers, and other files.

    A picture that is read must have the shape that its array says, three channels of uint8; what
    is no picture must be refused.

    Args:
        folder: Empty, for the pictures.
        count: Number of pictures.
        seed: Of the damage.
        on_case: See :func:`try_cases`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sound = sound_pictures(np.random.default_rng(seed))
    return try_cases(partial(_load, folder, sound, seed), count, on_case=on_case)


def sound_pictures(rng: np.random.Generator) -> list[bytes]:
    """One picture in every format and mode, turned by its EXIF data, or with a second frame.

    Args:
        rng: Of the pixels.
    """
    drawn = Image.fromarray(rng.integers(0, 256, (*SIDES, 3), dtype=np.uint8))
    pictures: list[bytes] = []
    for form, mode in product(FORMATS, MODES):
        picture = drawn.convert('L').convert(mode) if mode == 'I;16' else drawn.convert(mode)
        exif = Image.Exif()
        exif[ORIENTATION] = 1 + len(pictures) % 8
        frames = {'save_all': True, 'append_images': [picture]} if form in ('GIF', 'WEBP') else {}
        content = io.BytesIO()
        try:
            picture.save(content, form, exif=exif, **frames)
        except (OSError, KeyError, ValueError):  # a mode that the format does not have
            continue
        pictures.append(content.getvalue())
    return pictures


def _load(folder: Path, sound: list[bytes], seed: int, number: int) -> None:
    rng = np.random.default_rng((seed, number))
    path = folder / f'{number}.jpg'
    content = sound[number % len(sound)]
    manner = rng.random()
    is_picture = manner >= SHARE_OF_OTHERS
    if not is_picture:
        OTHER_FILES[int(rng.integers(len(OTHER_FILES)))](path)
    elif manner < 0.25:
        path.write_bytes(claim_other_size(content, rng))
    else:
        path.write_bytes(damage_bytes(content, rng, 2))
    image = LoadPersonImage()({'img_path': str(path)})['img']
    assert is_picture, 'read what is no picture'
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
