"""Files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from par_plugins.structures import InputError


@contextmanager
def written_aside(path: str | Path) -> Iterator[Path]:
    """Write a file under another name and rename it when it is whole.

    Whatever happens in between, killed or out of space, the file of this name stays what it was.

    Args:
        path: The file.

    Yields:
        Where to write, in the same folder and with the same suffix.

    Raises:
        InputError: If it cannot be written.
    """
    path = Path(path)
    partial = path.with_name(f'.part-{path.name}')
    try:
        yield partial
        with partial.open('r+b') as file:  # Windows syncs what may be written alone
            os.fsync(file.fileno())
        os.replace(partial, path)
    except OSError as error:
        raise InputError(
            f'{path}: cannot be written ({error.strerror}); an older file of this name is as it was'
        ) from error
    finally:
        partial.unlink(missing_ok=True)


class WrittenAsideBackend(LocalBackend):
    """mmengine's local files, written by :func:`written_aside`: for ``backend_args``."""

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write bytes."""
        Path(filepath).parent.mkdir(parents=True, exist_ok=True)
        with written_aside(filepath) as partial:
            partial.write_bytes(obj)


register_backend('written_aside', WrittenAsideBackend, force=True)
