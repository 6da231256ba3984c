"""Arrays of bytes in MNIST's IDX files: two zeros, type, rank, big-endian sizes, then the data."""

import gzip
import math
import struct
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from par_plugins.structures import InputError, open_regular_file

UNSIGNED_BYTE = 8
LARGEST = 2**30  # bytes, so that a damaged size is no request for the whole memory


def read_idx(path: str | Path, rank: int) -> np.ndarray:
    """Read an array of unsigned bytes, from a file that may be packed (``.gz``).

    Args:
        path: The file.
        rank: Number of dimensions that the array must have.

    Raises:
        InputError: If the file is missing, damaged, or holds something else.
    """
    path = Path(path)
    try:
        with ExitStack() as opened:
            file: BinaryIO = opened.enter_context(open_regular_file(path, largest=LARGEST))
            if path.suffix == '.gz':
                file = cast(BinaryIO, opened.enter_context(gzip.open(file)))
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
