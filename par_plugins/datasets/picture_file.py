"""Decoding pictures that nobody has looked at before: bounded, whole, or one sentence."""

import io
from functools import partial
from pathlib import Path

import cv2
import mmcv
import numpy as np
from PIL import Image

from par_plugins.structures import InputError, read_regular_file
from par_runtime.jpeg_size import MAX_PIXELS, jpeg_size, refuse_size
from par_runtime.predict_pictures import refuse_truncated

LARGEST_LIMIT = 2 * (Image.MAX_IMAGE_PIXELS or MAX_PIXELS)  # Pillow itself says no beyond
FORMATS = ('JPEG', 'PNG', 'BMP', 'DIB', 'WEBP', 'GIF', 'TIFF', 'PPM', 'JPEG2000')
REDUCED = {n: getattr(cv2, f'IMREAD_REDUCED_COLOR_{n}') for n in (8, 4, 2)}
"""What decodes a JPEG to an n-th of its width and height."""


def read_picture(
    path: str | Path,
    *,
    max_pixels: int = MAX_PIXELS,
    flag: str = 'color',
    channel_order: str = 'bgr',
    backend: str | None = 'cv2',
    min_size: tuple[int, int] | None = None,
) -> np.ndarray:
    """Read a picture from a regular file of this computer; a name is never an address.

    Args:
        path: The file.
        max_pixels: See :func:`decode_picture`.
        flag: See :func:`mmcv.imfrombytes`.
        channel_order: See there.
        backend: See there.
        min_size: See :func:`decode_picture`.

    Returns:
        ``(H, W, 3)`` uint8, for other flags what :func:`mmcv.imfrombytes` gives.

    Raises:
        InputError: If it cannot be read, or see :func:`decode_picture`.
    """
    return decode_picture(
        picture_bytes(path, max_pixels=max_pixels),
        path,
        max_pixels=max_pixels,
        flag=flag,
        channel_order=channel_order,
        backend=backend,
        min_size=min_size,
    )


def picture_bytes(path: str | Path, *, max_pixels: int = MAX_PIXELS) -> bytes:
    """Return the content of a file that may be a picture of so many pixels.

    Raises:
        InputError: If it cannot be read or is larger than such a picture.
    """
    # Uncompressed pictures have up to 8 bytes a pixel (four channels of 16 bits), and a header.
    return read_regular_file(path, largest=8 * max_pixels + 2**20)


def decode_picture(
    content: bytes,
    path: str | Path,
    *,
    max_pixels: int = MAX_PIXELS,
    flag: str = 'color',
    channel_order: str = 'bgr',
    backend: str | None = 'cv2',
    min_size: tuple[int, int] | None = None,
) -> np.ndarray:
    """Decode a picture whose header declares no more pixels than allowed.

    A few bytes can declare a picture that fills the memory, so its size is read first. Decoders
    take a JPEG that declares more than is in it for a good picture, grey where it has nothing: one
    that cannot hold what it declares is refused.

    Args:
        content: The file.
        path: Its name, for messages.
        max_pixels: Largest number of pixels, height times width.
        flag: See :func:`mmcv.imfrombytes`.
        channel_order: See there.
        backend: See there.
        min_size: Width and height down to which OpenCV may decode a JPEG in colour: to a half, a
            quarter or an eighth, averages of its pixels. None decodes all pixels.

    Raises:
        InputError: If it is too large, truncated, or no readable picture.
    """
    refuse_truncated(content, path)
    try:
        width, height = jpeg_size(content) or _other_size(content)
    except Image.DecompressionBombError as error:
        raise InputError(
            f'{path}: declares more than {LARGEST_LIMIT} pixels, allowed are {max_pixels}'
        ) from error
    except Exception as error:  # Pillow's readers raise whatever the bytes lead them to
        raise InputError(f'{path}: not a readable image ({len(content)} bytes)') from error
    refuse_size(width, height, content, path, max_pixels=max_pixels)
    wanted: str | int = flag
    if min_size and (flag, backend) == ('color', 'cv2') and content.startswith(b'\xff\xd8'):
        times = min(width // min_size[0], height // min_size[1])
        wanted = next((REDUCED[n] for n in REDUCED if n <= times), flag)
    decode = partial(mmcv.imfrombytes, content, channel_order=channel_order, backend=backend)
    try:
        image = decode(flag=wanted)
        if wanted != flag and min_size and np.any(image.shape[1::-1] < np.array(min_size)):
            image = decode(flag=flag)  # it was stored on its side
    except Exception:  # each decoding backend raises its own, some return None
        image = None
    if image is None:
        raise InputError(f'{path}: not a readable image ({len(content)} bytes)')
    return image


def _other_size(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content), formats=FORMATS) as header:
        return header.size
