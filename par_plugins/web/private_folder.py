"""A temporary folder of this process alone, of which nothing stays, even after a kill."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from par_plugins.structures import InputError

LOCK = 'lock'


@contextmanager
def private_folder(parent: Path | None = None) -> Iterator[Path]:
    """Make a folder that nobody else may read, and remove it with all that is in it.

    What processes that were killed have left is removed first: the folders whose lock nobody holds.

    Args:
        parent: Of the folders of all such processes of this user; None takes one in the system's
            folder for temporary files.

    Raises:
        InputError: If the parent is somebody else's.
    """
    parent = parent or Path(tempfile.gettempdir(), f'par_web_{os.getuid()}')
    parent.mkdir(mode=0o700, exist_ok=True)
    status = parent.lstat()
    if parent.is_symlink() or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise InputError(f'{parent}: the folder of uploads must be a folder of this user alone')
    with (parent / LOCK).open('wb') as others:
        fcntl.flock(others, fcntl.LOCK_EX)  # a folder of which no lock is held yet is not dead
        for folder in parent.glob('*/'):
            if not _alive(folder):
                shutil.rmtree(folder, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(dir=parent))
        lock = (folder / LOCK).open('wb')
        fcntl.flock(lock, fcntl.LOCK_EX)
    with lock:
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _alive(folder: Path) -> bool:
    try:
        with (folder / LOCK).open('rb') as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
