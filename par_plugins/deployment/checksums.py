"""SHA256SUMS: which files a release has, and what they hold."""

import re
from pathlib import Path

from par_plugins.engine.checkpoint_files import sha256_of
from par_plugins.structures import InputError, printable, read_regular_file

SUMS = 'SHA256SUMS'
OF_GIT = '.git'
"""Of a cloned release; what lies in it is not part of it."""
LINE = re.compile(r'([0-9a-f]{64})  ([\w.+=-]+)')
LARGEST = 2**20


def checksums(folder: Path) -> str:
    """Return what ``SHA256SUMS`` of a folder must hold, as ``sha256sum *`` prints it.

    Args:
        folder: Of files alone.
    """
    names = sorted(path.name for path in _files(folder))
    return ''.join(f'{sha256_of(folder / name)}  {name}\n' for name in names)


def read_checksums(path: Path) -> dict[str, str]:
    """Read the hashes by name of the file.

    Raises:
        InputError: If the file is not in the form of :func:`checksums`.
    """
    text = read_regular_file(path, largest=LARGEST).decode('utf-8', errors='replace')
    lines = text.split('\n')
    rows = [match for line in lines if (match := LINE.fullmatch(line))]
    names = [row[2] for row in rows]
    if len(rows) != len(lines) - 1 or lines[-1] or names != sorted(set(names)):
        raise InputError(f'{path}: not a list of hashes and plain names in their order')
    return {row[2]: row[1] for row in rows}


def changed_files(folder: Path) -> list[str]:
    """Compare a folder with its ``SHA256SUMS``.

    Args:
        folder: Of a release.

    Returns:
        A sentence for each file that is missing, changed or not in the list.
    """
    try:
        expected = read_checksums(folder / SUMS)
    except InputError as error:
        return [str(error)]
    there = {path.name: path for path in _files(folder)}
    faults = [f'{name} is missing' for name in expected if name not in there]
    for name, path in sorted(there.items()):
        if path.is_symlink() or not path.is_file():
            faults.append(f'{printable(name)} is no regular file')
        elif name not in expected:
            faults.append(f'{printable(name)} does not stand in {SUMS}')
        elif sha256_of(path) != expected[name]:
            faults.append(f'{name} is not what {SUMS} says: it was changed or damaged')
    return faults


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name not in (SUMS, OF_GIT)]
