"""The samples of a dataset as columns, joined to a record when one is asked for."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np


class SampleTable(Sequence[dict[str, Any]]):
    """What a dataset's list of samples is, without a Python object for each of their entries.

    Processes of data loaders share arrays; of objects each would come to hold a copy, because
    counting who uses them writes to their memory.

    Args:
        columns: By their key the entries of all samples, N of each. Image paths are bytes, see
            :meth:`paths`, relative to ``folder``.
        folder: Where the images are.

    Example:
        >>> table = SampleTable({'img_path': SampleTable.paths(['a.jpg', 'b.jpg'])}, 'images')
        >>> len(table), table[-1]
        (2, {'img_path': 'images/b.jpg'})
    """

    def __init__(self, columns: Mapping[str, Sequence[Any] | np.ndarray], folder: str) -> None:
        self.columns, self.folder = columns, str(Path(folder))

    @staticmethod
    def paths(names: Sequence[str]) -> np.ndarray:
        """Encode ``N`` paths, as the file system does, in one array."""
        return np.array([os.fsencode(name) for name in names])

    def __len__(self) -> int:
        return len(self.columns['img_path'])

    def __getitem__(self, index: Any) -> Any:
        """A record; of a slice or of a sequence of indices, the table of these samples."""
        if isinstance(index, slice):
            chosen = {key: column[index] for key, column in self.columns.items()}
            return SampleTable(chosen, self.folder)
        if isinstance(index, Sequence | np.ndarray):
            chosen = {
                key: column[np.asarray(index)]
                if isinstance(column, np.ndarray)
                else [column[row] for row in index]
                for key, column in self.columns.items()
            }
            return SampleTable(chosen, self.folder)
        record = {key: column[index] for key, column in self.columns.items()}
        record['img_path'] = self.path(record['img_path'])
        return {k: v.item() if isinstance(v, np.generic) else v for k, v in record.items()}

    def __deepcopy__(self, memo: dict[int, Any]) -> 'SampleTable':
        return self  # nothing is written to it

    def path(self, name: bytes) -> str:
        """Return the path of an image."""
        path = os.path.join(self.folder, os.fsdecode(name))
        # Making a Path of each takes as long as reading a small picture.
        return str(Path(path)) if '/.' in path or './' in path or '//' in path else path
