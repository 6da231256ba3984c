"""A folder that one process writes at a time."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from socket import gethostname
from typing import IO

from par_plugins.structures import InputError


def take_lock(lock: IO[str], folder: Path, business: str) -> None:
    """Lock a file for this process alone; workers that it starts do not hold it.

    The lock ends with the process, however that ends, or when the file is closed.

    Args:
        lock: Open for appending and reading.
        folder: That it stands for, for messages.
        business: Of whoever holds it, and what to do about it, for the message.

    Raises:
        InputError: If another process holds it.
    """
    try:
        if os.name == 'nt':
            import msvcrt

            lock.seek(2**30)  # a byte that is not there, so that others can read who it is
            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            print(f'{folder}: whether it is in use is not known ({error.strerror})')
            return
        lock.seek(0)
        holder = lock.read(200).strip() or 'another process'
        raise InputError(f'{folder} is in use: {holder} {business}') from None
    with suppress(OSError):  # a full disk; the lock is taken all the same
        lock.truncate(0)
        lock.write(f'process {os.getpid()} of {gethostname()}')
        lock.flush()
