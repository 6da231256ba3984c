"""Opening files that somebody else has named: no device, no pipe, not more than fits."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from par_runtime.input_error import InputError

# Nothing waits for a pipe's other end, and no terminal becomes this process' own.
FLAGS = os.O_RDONLY | sum(getattr(os, n, 0) for n in ('O_NONBLOCK', 'O_NOCTTY', 'O_BINARY'))
TYPES = {
    stat.S_IFDIR: 'a folder',
    stat.S_IFCHR: 'a device',
    stat.S_IFBLK: 'a device',
    stat.S_IFIFO: 'a pipe',
    stat.S_IFSOCK: 'a socket',
}


def open_regular_file(path: str | Path, *, largest: int) -> BinaryIO:
    """Open a file for reading bytes, if it is a regular one of a bounded size.

    What is looked at is what has been opened, so that nobody can exchange it in between. Links to
    regular files are followed.

    Args:
        path: The file.
        largest: Bytes that it may have.

    Raises:
        InputError: If it cannot be opened, is a folder, device, pipe or socket, or is larger.

    Example:
        >>> open_regular_file('missing.txt', largest=100)
        Traceback (most recent call last):
        par_runtime.input_error.InputError: missing.txt: no such file
    """
    try:
        descriptor = os.open(path, FLAGS)
    except FileNotFoundError as error:
        raise InputError(f'{path}: no such file') from error
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f'{path}: cannot be read ({reason})') from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            what = TYPES.get(stat.S_IFMT(status.st_mode), 'something else')
            raise InputError(f'{path}: is {what}, not a regular file')
        if status.st_size > largest:
            raise InputError(f'{path}: has {status.st_size} bytes, more than {largest}')
        return os.fdopen(descriptor, 'rb')
    except BaseException:
        os.close(descriptor)
        raise


def read_regular_file(path: str | Path, *, largest: int) -> bytes:
    """Read a whole file, see :func:`open_regular_file`.

    Raises:
        InputError: See there; also if it grows while it is read, or reading fails.

    Example:
        >>> read_regular_file(os.curdir, largest=100)
        Traceback (most recent call last):
        par_runtime.input_error.InputError: .: is a folder, not a regular file
    """
    with open_regular_file(path, largest=largest) as file:
        try:
            # The memory of as many bytes as are asked for is taken first, however few there are.
            size = os.fstat(file.fileno()).st_size
            content = file.read(size + 1)
            if len(content) > size:
                content += file.read(largest + 1 - len(content))
        except OSError as error:
            raise InputError(f'{path}: cannot be read ({error.strerror})') from error
    if len(content) > largest:
        raise InputError(f'{path}: has more than {largest} bytes')
    return content
