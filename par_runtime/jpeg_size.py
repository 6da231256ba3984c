"""How many pixels a picture declares, before it is decoded."""

import struct
from pathlib import Path

from par_runtime.input_error import InputError

MAX_PIXELS = 50_000_000
"""A good camera's picture; 150 MB when it is decoded."""
BLOCK = 64
"""Pixels of a JPEG's block, which is stored as no less than one bit of a Huffman code."""
FRAME_HEADERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # of a JPEG: they say its size


def refuse_size(
    width: int, height: int, content: bytes, path: str | Path, *, max_pixels: int = MAX_PIXELS
) -> None:
    """Refuse a picture that declares more pixels than are allowed, or than a JPEG can hold.

    Args:
        width: That it declares.
        height: That it declares.
        content: The file.
        path: Its name, for messages.
        max_pixels: Largest number of pixels, height times width.

    Raises:
        InputError: If it does.
    """
    if width * height > max_pixels:
        raise InputError(
            f'{path}: declares {width} x {height} pixels, more than max_pixels={max_pixels}'
        )
    if content.startswith(b'\xff\xd8') and width * height > 8 * len(content) * BLOCK:
        raise InputError(
            f'{path}: declares {width} x {height} pixels, more than {len(content)} bytes can hold'
        )


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a JPEG whose segments follow each other; None for anything else.

    Pillow would say it too, in half the time that decoding a small picture takes.

    Args:
        content: The file.

    Example:
        >>> jpeg_size(bytes.fromhex('ffd8ffc0000b0800400020010111'))
        (32, 64)
    """
    at = 2
    while content[:2] == b'\xff\xd8' and at + 9 <= len(content) and content[at] == 0xFF:
        marker, (length,) = content[at + 1], struct.unpack_from('>H', content, at + 2)
        if marker in FRAME_HEADERS:
            height, width = struct.unpack_from('>HH', content, at + 5)
            return width, height
        if not 0xC4 <= marker < 0xFF or 0xD0 <= marker <= 0xDA:
            return None  # no segment, or the picture itself
        at += 2 + length
    return None
