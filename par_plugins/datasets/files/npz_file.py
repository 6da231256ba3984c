"""Arrays in NumPy's ``.npz`` files, without unpickling."""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from par_plugins.structures import InputError


def read_npz(path: str | Path, names: Collection[str]) -> dict[str, np.ndarray]:
    """Read arrays by their names; an array of Python objects (a pickle) is refused.

    Args:
        path: The file.
        names: Names of the arrays; others in the file are not looked at.

    Raises:
        InputError: If the file is missing or damaged, or has no such arrays.
    """
    if not Path(path).is_file():
        raise InputError(f'{path}: no such file')
    try:
        with np.load(path, allow_pickle=False) as content:
            return {name: content[name] for name in names}
    except Exception as error:  # NumPy and zipfile raise whatever the bytes lead them to
        reason = ' '.join(f'{type(error).__name__}: {error}'.split())
        raise InputError(
            f'{path}: not an .npz file with the arrays {", ".join(names)} ({reason})'
        ) from error
