"""Arrays of bytes in MNIST's IDX files: two zeros, type, rank, big-endian sizes, then the data."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

from par_plugins.structures import InputError

UNSIGNED_BYTE = 8
LARGEST = 2**31  # bytes, so that a damaged size is no request for the whole memory


def read_idx(path: str | Path, rank: int) -> np.ndarray:
    """Read an array of unsigned bytes, from a file that may be packed (``.gz``).

    Args:
        path: The file.
        rank: Number of dimensions that the array must have.

    Raises:
        InputError: If the file is missing, damaged, or holds something else.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f'{path}: no such file')
    opened = gzip.open if path.suffix == '.gz' else open
    try:
        with opened(path, 'rb') as file:
            start = file.read(4)
            if start != bytes([0, 0, UNSIGNED_BYTE, rank]):
                raise InputError(
                    f'{path}: begins with {list(start)}, expected {[0, 0, UNSIGNED_BYTE, rank]}: '
                    f'an IDX file of bytes in {rank} dimensions'
                )
            shape = struct.unpack(f'>{rank}I', file.read(4 * rank))
            announced = math.prod(shape)
            if announced > LARGEST:
                raise InputError(f'{path}: announces an array of shape {shape}')
            content = file.read(announced + 1)
    except (OSError, EOFError, zlib.error, struct.error) as error:
        raise InputError(f'{path}: not a readable IDX file ({error})') from error
    if len(content) != announced:
        more = 'more' if len(content) > announced else len(content)
        raise InputError(f'{path}: announces {announced} bytes of data, but {more} follow')
    return np.frombuffer(content, np.uint8).reshape(shape)
