"""Score and label matrices from NumPy or PyTorch, and the sentence for an entry that is wrong."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from par_plugins.structures import InputError

REAL_TYPES = (
    *(torch.float64, torch.float32, torch.float16, torch.bfloat16),
    *(torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool),
)
"""What torch computes with everywhere; of other types it knows little more than the name."""
CHUNK = 1 << 18
"""Matrix entries handled at a time: temporaries of this size stay in cache."""


class EntryError(InputError):
    """An entry of a matrix is not what it must be.

    Args:
        name: The argument that holds the matrix.
        row: Row of the entry.
        column: Column of the entry.
        value: The entry.
        expected: What it must be.
    """

    def __init__(self, name: str, row: int, column: int, value: Any, expected: str) -> None:
        super().__init__(f'{name}: row {row}, column {column} is {value}, not {expected}')
        self.row = row
        self.column = column
        self.value = value
        self.expected = expected


def as_matrix(name: str, values: Tensor | ArrayLike, shape: str = '(N, A)') -> Tensor:
    """Return a matrix as a tensor, sharing memory where it can.

    Args:
        name: The argument that holds the matrix, for the message.
        values: ``(N, A)``.
        shape: What the two dimensions are called in the message.

    Raises:
        InputError: If it has not two dimensions, or is of no type of :data:`REAL_TYPES`.
    """
    if not isinstance(values, Tensor):
        try:
            values = torch.from_numpy(np.require(values, requirements=['C', 'W']))
        except (TypeError, ValueError) as error:  # of texts, of objects; of rows of several lengths
            raise InputError(f'{name}: no matrix of numbers ({error})') from error
    if values.ndim != 2:
        raise InputError(f'{name}: shape {tuple(values.shape)}, not {shape}')
    if values.dtype not in REAL_TYPES:
        raise InputError(f'{name}: of type {values.dtype}, which is not computed with')
    return values.detach()


def rows_per_chunk(num_columns: int) -> int:
    """Return the number of rows, at least one, that :func:`paired_chunks` hands out at a time."""
    return max(1, CHUNK // max(1, num_columns))


def paired_chunks(
    first_name: str, first: Tensor, second_name: str, second: Tensor
) -> Iterator[tuple[int, Tensor, Tensor]]:
    """Walk two matrices of one shape together, some rows at a time.

    Args:
        first_name: The argument that holds the first matrix, for the message.
        first: ``(N, A)``.
        second_name: The argument that holds the second matrix, for the message.
        second: ``(N, A)``; its chunks come on the device of the first.

    Yields:
        The number of rows before the chunk, and the two chunks ``(n, A)``; nothing for N = 0.

    Raises:
        InputError: If the shapes differ.
    """
    if first.shape != second.shape:
        raise InputError(
            f'{first_name} of shape {tuple(first.shape)}, '
            f'but {second_name} of shape {tuple(second.shape)}'
        )
    rows = rows_per_chunk(first.shape[1])
    for start in range(0, len(first), rows):
        stop = start + rows
        yield start, first[start:stop], second[start:stop].to(first.device)


def refuse_entries(name: str, chunk: Tensor, wrong: Tensor, start: int, expected: str) -> None:
    """Refuse the first wrong entry of a chunk, if there is one.

    Args:
        name: The argument that holds the matrix, for the message.
        chunk: ``(n, A)`` rows of the matrix.
        wrong: ``(n, A)`` bool.
        start: Number of rows before the chunk.
        expected: What an entry must be, for the message.

    Raises:
        EntryError: If an entry is wrong.
    """
    if wrong.any():
        row, column = wrong.nonzero()[0].tolist()
        raise EntryError(name, start + row, column, chunk[row, column].item(), expected)


def check_probabilities(name: str, chunk: Tensor, start: int = 0) -> None:
    """Refuse what is no probability.

    Args:
        name: The argument that holds the matrix, for the message.
        chunk: ``(n, A)`` rows of the matrix.
        start: Number of rows before the chunk.

    Raises:
        EntryError: If an entry is outside [0, 1] or NaN.

    Example:
        >>> check_probabilities('p', torch.tensor([[0.5, 1.5]]))  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        par_plugins.evaluation.functional.matrices.EntryError: p: row 0, column 1 is 1.5, ...
    """
    if chunk.numel() == 0:
        return
    low, high = torch.aminmax(chunk)
    if not (low >= 0 and high <= 1):  # not low < 0 or high > 1: NaN compares false
        wrong = ~((chunk >= 0) & (chunk <= 1))
        refuse_entries(name, chunk, wrong, start, 'a probability in [0, 1]')
