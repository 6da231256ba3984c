"""Arrays in NumPy's ``.npz`` files, without unpickling and without filling the memory."""

import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from par_plugins.structures import InputError, open_regular_file

LARGEST = 2**30
"""Bytes that arrays may have which are packed into fewer: zeros pack a thousandfold."""


@contextmanager
def open_npz(path: str | Path) -> Iterator[np.lib.npyio.NpzFile]:
    """Open a file of arrays; an array of Python objects (a pickle) is refused when it is read.

    Args:
        path: The file.

    Yields:
        What :func:`numpy.load` gives: the arrays by their names, read one by one.

    Raises:
        InputError: If there is no such file, or its arrays announce more than a GiB and more than
            the file itself has. Of an array that is longer than announced no more is read.
        ValueError: If it is no such archive; NumPy and zipfile raise other errors too.
    """
    with open_regular_file(path, largest=2**62) as file:
        with zipfile.ZipFile(file) as archive:
            announced = sum(member.file_size for member in archive.infolist())
        if announced > max(LARGEST, file.seek(0, 2)):
            raise InputError(f'{path}: announces {announced} bytes of arrays, more than {LARGEST}')
        file.seek(0)
        with np.load(file, allow_pickle=False) as content:
            yield content


def read_npz(path: str | Path, names: Collection[str]) -> dict[str, np.ndarray]:
    """Read arrays by their names.

    Args:
        path: The file.
        names: Names of the arrays; others in the file are not looked at.

    Raises:
        InputError: See :func:`open_npz`; also if the file is damaged, or has no such arrays.
    """
    try:
        with open_npz(path) as content:
            arrays = {name: content[name] for name in names}
        for name, array in arrays.items():
            if not isinstance(array, np.ndarray):  # NumPy gives what has not its signature as bytes
                raise ValueError(f'{name} is no array')
        return arrays
    except InputError:
        raise
    except Exception as error:  # NumPy and zipfile raise whatever the bytes lead them to
        reason = ' '.join(f'{type(error).__name__}: {error}'.split())
        raise InputError(
            f'{path}: not an .npz file with the arrays {", ".join(names)} ({reason})'
        ) from error
