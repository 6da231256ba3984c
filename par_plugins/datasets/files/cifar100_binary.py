"""Files of CIFAR-100's binary version: records of a coarse label, a fine label and an image."""

from pathlib import Path

import numpy as np
from mmpretrain.datasets.categories import CIFAR100_CATEGORIES

from par_plugins.datasets.files.npz_file import read_npz
from par_plugins.structures import InputError, read_regular_file

NUM_CLASSES = len(CIFAR100_CATEGORIES)
NUM_COARSE = 20
SIDE = 32
LARGEST = 2**30  # bytes of a file; the official ones have 154 and 31 million
RECORD = 2 + 3 * SIDE * SIDE  # bytes: two labels, then the red, green and blue planes


def read_cifar100_binary(path: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Read all records of a file.

    Args:
        path: ``train.bin`` or ``test.bin``.

    Returns:
        Images ``(N, 32, 32, 3)`` uint8, red-green-blue, and fine labels ``(N,)`` int64.

    Raises:
        InputError: If the file is missing, does not consist of such records, or a label is none.
    """
    if not Path(path).exists():
        raise InputError(
            f'{path}: no such file; the binary version of CIFAR-100 has train.bin and test.bin '
            '(its Python version is a pickle, which could run code, and is not read)'
        )
    content = np.frombuffer(read_regular_file(path, largest=LARGEST), np.uint8)
    if len(content) % RECORD:
        raise InputError(f'{path}: {len(content)} bytes are no whole records of {RECORD} bytes')
    records = content.reshape(-1, RECORD)
    for column, (what, number) in enumerate((('coarse', NUM_COARSE), ('fine', NUM_CLASSES))):
        wrong = records[:, column] >= number
        if wrong.any():
            row = int(np.argmax(wrong))
            raise InputError(
                f'{path}, record {row}: {what} label {records[row, column]} is not one of '
                f'0..{number - 1}'
            )
    planes = records[:, 2:].reshape(-1, 3, SIDE, SIDE)
    return planes.transpose(0, 2, 3, 1), records[:, 1].astype(np.int64)


def write_cifar100_binary(path: str | Path, images: np.ndarray, labels: np.ndarray) -> None:
    """Write records whose coarse label is 0: this project reads the fine ones alone.

    Args:
        path: The file; it is overwritten, its folder made if missing.
        images: ``(N, 32, 32, 3)`` uint8, red-green-blue.
        labels: ``(N,)`` fine labels.

    Raises:
        InputError: If the arrays are no such images and labels, or the file cannot be written.
    """
    _write(path, _records(path, images, labels))


def _write(path: str | Path, records: np.ndarray) -> None:
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        records.tofile(path)
    except OSError as error:
        raise InputError(f'{path}: cannot be written ({error.strerror})') from error


def _records(path: str | Path, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """``(N, 3074)`` uint8, the file as it will be."""
    if images.dtype != np.uint8 or images.shape != (len(labels), SIDE, SIDE, 3):
        raise InputError(
            f'{path}: images of type {images.dtype} and shape {images.shape}, expected uint8 of '
            f'shape ({len(labels)}, {SIDE}, {SIDE}, 3), an image for each label'
        )
    if labels.dtype.kind not in 'iu' or not ((labels >= 0) & (labels < NUM_CLASSES)).all():
        raise InputError(f'{path}: labels must be integers in 0..{NUM_CLASSES - 1}')
    records = np.zeros((len(labels), RECORD), np.uint8)
    records[:, 1] = labels
    records[:, 2:] = images.transpose(0, 3, 1, 2).reshape(len(labels), -1)
    return records


def convert_cifar100_npz(source: str | Path, root: str | Path) -> dict[str, int]:
    """Write the arrays of an ``.npz`` file as the binary version.

    Args:
        source: A file with ``x_train`` and ``x_test`` ``(N, 32, 32, 3)`` uint8, red-green-blue,
            ``y_train`` and ``y_test`` ``(N,)`` and ``classes``, the 100 official names in order.
        root: Folder of ``train.bin`` and ``test.bin``.

    Returns:
        The number of images of ``train`` and ``test``.

    Raises:
        InputError: If the file is missing, damaged, or holds something else, before anything is
            written; or if it cannot be.
    """
    names = ('x_train', 'y_train', 'x_test', 'y_test', 'classes')
    arrays = read_npz(source, names)
    if arrays['classes'].tolist() != list(CIFAR100_CATEGORIES):
        raise InputError(f'{source}: classes are not the 100 of CIFAR-100 in their order')
    records = {}
    for part in ('train', 'test'):
        labels = arrays[f'y_{part}']
        if labels.ndim != 1:
            raise InputError(f'{source}: y_{part} has the shape {labels.shape}, expected (N,)')
        records[part] = _records(f'{source}, {part}', arrays[f'x_{part}'], labels)
    for part, content in records.items():
        _write(Path(root) / f'{part}.bin', content)
    return {part: len(arrays[f'y_{part}']) for part in ('train', 'test')}
