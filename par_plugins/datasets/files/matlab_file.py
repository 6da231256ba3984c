"""Annotations in MATLAB files: reading them, and saying plainly what is wrong with one."""

import io
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import scipy

from par_plugins.datasets.files.matlab_elements import MAX_BYTES, DamagedError, sound_matlab_bytes
from par_plugins.structures import InputError, read_regular_file


def read_matlab_file(path: str | Path, variables: Collection[str], missing: str) -> 'MatlabValue':
    """Read variables of a MATLAB 5 file. Nothing in it is executed or unpickled.

    Args:
        path: The file.
        variables: Names of the variables; others in the file may be anything.
        missing: What to do when there is no such file, for the message.

    Returns:
        The variables, as the fields of a struct.

    Raises:
        InputError: If the file is missing, damaged or not of MATLAB 5, or if one of these
            variables holds functions, objects or sparse matrices.
    """
    if not Path(path).exists():
        raise InputError(f'{path}: no such file; {missing}')
    packed = read_regular_file(path, largest=MAX_BYTES)
    try:
        sound = sound_matlab_bytes(packed, variables)
        content = scipy.io.loadmat(io.BytesIO(sound))
    except DamagedError as error:
        raise InputError(f'{path}: not a readable MATLAB file: {error}') from error
    except Exception as error:  # SciPy raises whatever the bytes lead it to
        reason = ' '.join(f'{type(error).__name__}: {error}'.split())
        raise InputError(f'{path}: not a readable MATLAB file ({reason})') from error
    return MatlabValue(str(path), '', content)


class MatlabValue:
    """A value in a MATLAB file, and where it stands.

    Every method takes the value for what it should be; if it is something else, the
    :class:`InputError` is one sentence with the file and the place.

    Args:
        path: The file.
        place: The way to the value inside the file.
        value: As :func:`scipy.io.loadmat` gives it.
    """

    def __init__(self, path: str, place: str, value: object) -> None:
        self.path = path
        self.place = place
        self.value = value

    def error(self, problem: str) -> InputError:
        """Return an error about this value."""
        return InputError(' '.join(f'{self.path}: {self.place} {problem}'.split()))

    @property
    def field_names(self) -> tuple[str, ...]:
        """Names of the variables of the file, or of the fields of this 1 x 1 struct."""
        if isinstance(self.value, dict):
            return tuple(name for name in self.value if not name.startswith('__'))
        if (
            isinstance(self.value, np.ndarray)
            and self.value.dtype.names
            and self.value.shape == (1, 1)
        ):
            return self.value.dtype.names
        raise self.error(f'is {self._kind()}, expected a 1 x 1 struct')

    def field(self, name: str | int) -> 'MatlabValue':
        """Return a variable of the file, or a field of this struct by its name or position."""
        names = self.field_names
        if isinstance(name, int):
            if name >= len(names):
                raise self.error(f'has {len(names)} fields, expected {name + 1} or more')
            name = names[name]
        if name not in names:
            raise self._at(name, None).error(f'is missing; there is {", ".join(names) or "none"}')
        if isinstance(self.value, dict):
            return self._at(name, self.value[name])
        assert isinstance(self.value, np.ndarray)  # as field_names has checked
        return self._at(name, self.value[0, 0][name])

    def cells(self) -> list['MatlabValue']:
        """Return what the cells of this n x 1 or 1 x n cell array hold."""
        return [
            self._at(f'cell {number}', cell) for number, cell in enumerate(self._cells(), start=1)
        ]

    def strings(self) -> list[str]:
        """Return the strings in this n x 1 or 1 x n cell array, without white space around them."""
        strings = []
        for number, cell in enumerate(self._cells(), start=1):
            if not (isinstance(cell, np.ndarray) and cell.dtype.kind == 'U' and cell.size == 1):
                raise self.error(f'is no cell array of names: cell {number} holds no string')
            strings.append(cell.item().strip())
        return strings

    def names(self) -> list[str]:
        """Return the different, non-empty strings in this cell array."""
        names = self.strings()
        if '' in names or len(set(names)) < len(names):
            wrong = '' if '' in names else next(n for n in names if names.count(n) > 1)
            raise self.error(f'has the name {wrong!r} {names.count(wrong)} times')
        return names

    def numbers(self, num_columns: int | None = None) -> np.ndarray:
        """Return this real matrix, in the type that the file has, with ``num_columns`` if given."""
        value = self.value
        if (
            isinstance(value, np.ndarray)
            and value.dtype.kind in 'iufb'
            and value.ndim == 2
            and num_columns in (None, value.shape[1])
        ):
            return value
        raise self.error(
            f'is {self._kind()}, expected numbers of shape '
            f'(N, {"A" if num_columns is None else num_columns})'
        )

    def column(self, index: int) -> 'MatlabValue':
        """Return a column of this matrix; ``index`` counts from 0."""
        numbers = self.numbers()
        if index >= numbers.shape[1]:
            raise self.error(f'is {self._kind()}, expected {index + 1} columns or more')
        return self._at(f'column {index}', numbers[:, [index]])

    def whole_numbers(self) -> np.ndarray:
        """Return this row or column vector of whole numbers as ``(n,)`` int64."""
        numbers = self.numbers()
        if min(numbers.shape) > 1:
            raise self.error(f'is {self._kind()}, expected a row or a column')
        numbers = numbers.ravel().astype(np.float64)
        whole = np.isfinite(numbers) & (numbers == np.round(numbers)) & (abs(numbers) < 2**53)
        if not whole.all():
            entry = int(np.argmin(whole))
            raise self.error(f'entry {entry + 1} is {numbers[entry]}, expected a whole number')
        return numbers.astype(np.int64)

    def indices(self, length: int) -> np.ndarray:
        """Return this vector of positions counted from 1, as positions counted from 0.

        Args:
            length: What the positions point into.
        """
        positions = self.whole_numbers()
        outside = (positions < 1) | (positions > length)
        if outside.any():
            entry = int(np.argmax(outside))
            raise self.error(
                f'entry {entry + 1} is {positions[entry]}, expected a position in 1..{length}'
            )
        return positions - 1

    def labels(self, num_columns: int, columns: Sequence[int], values: Sequence[int]) -> np.ndarray:
        """Return some columns of this matrix as int64 labels.

        Args:
            num_columns: How many columns the matrix must have.
            columns: Those wanted, in the order wanted.
            values: The labels that may occur in them.
        """
        labels = self.numbers(num_columns)[:, columns]
        outside = ~np.isin(labels, values)
        if outside.any():
            row, column = np.argwhere(outside)[0]
            raise self.error(
                f'row {row}, column {columns[column]}: label {labels[row, column]} is neither '
                f'{", ".join(map(str, values[:-1]))} nor {values[-1]}'
            )
        return labels.astype(np.int64)

    def _cells(self) -> np.ndarray:
        value = self.value
        if (
            isinstance(value, np.ndarray)
            and value.dtype == object
            and value.ndim == 2
            and min(value.shape) <= 1
        ):
            return value.ravel()
        raise self.error(f'is {self._kind()}, expected an n x 1 cell array')

    def _kind(self) -> str:
        value = self.value
        if not isinstance(value, np.ndarray):
            return type(value).__name__
        kind = {'O': 'a cell array', 'U': 'text', 'V': 'a struct'}.get(
            value.dtype.kind, str(value.dtype)
        )
        return f'{kind} of shape {value.shape}'

    def _at(self, place: str, value: object) -> 'MatlabValue':
        return MatlabValue(self.path, f'{self.place}, {place}' if self.place else place, value)
