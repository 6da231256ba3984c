"""What a model saw of people in pictures and videos, kept in a folder to search in.

The folder is opened by memory map, whatever its size, and grows at its end alone::

    index.json          rows, widths, schema, and the model (see ``IndexedModel``)
    embeddings.f32      (N, F) little-endian float32
    squares.f32         (N,) squared lengths of the embeddings
    probabilities.f32   (N, C) packed as the schema's logits are
    people.jsonl        a line for each row: where the person is seen
    people.ends         (N,) int64, where each line ends
    crops/              pictures of people of videos

``index.json`` is written last and says how many rows there are: what an appending process that was
killed has left behind them counts for nothing, and the next one writes over it.
"""

import json
import mmap
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from par_plugins.engine.written_aside import written_aside
from par_plugins.search.indexed_model import IndexedModel
from par_plugins.structures import AttributeSchema, InputError, printable

CROPS = 'crops'
HEADER = 'index.json'
LINES, ENDS = 'people.jsonl', 'people.ends'
VERSION = 1
LONGEST_REASON = 200
LARGEST_HEADER = 64 << 20


@dataclass(frozen=True)
class IndexedPerson:
    """Where a person is seen.

    Attributes:
        source: Picture or video; it stands first, because lines are looked up by it.
        box: Left, top, right, bottom in the picture; None where the picture is the person.
        track: Number of the person in the video; None in a picture.
        first: Seconds at which the person of a video is seen first.
        last: And last.
        crop: File in the folder ``crops`` of the index, of a person of a video.
    """

    source: str
    box: tuple[float, float, float, float] | None = None
    track: int | None = None
    first: float | None = None
    last: float | None = None
    crop: str | None = None

    @property
    def times(self) -> str | None:
        """When a person of a video is seen: minutes, seconds and tenths."""
        if self.first is None or self.last is None:
            return None
        return f'{_clock(self.first)}-{_clock(self.last)}'

    def __str__(self) -> str:
        if self.track is not None:
            return f'{self.source}, track {self.track}, {self.times}'
        if self.box is not None:
            return f'{self.source}, {", ".join(f"{side:.0f}" for side in self.box)}'
        return self.source


@dataclass(frozen=True, eq=False)
class IndexRows:
    """Rows of an index, or such as shall be appended to one.

    Attributes:
        people: N of them.
        embeddings: ``(N, F)``; F is 0 where the model has none.
        probabilities: ``(N, C)`` packed.
    """

    people: Sequence[IndexedPerson]
    embeddings: np.ndarray
    probabilities: np.ndarray


class PersonIndex:
    """Embeddings and attribute probabilities of N people.

    Attributes:
        folder: Where it is.
        schema: The attributes.
        model: What has looked at them, or None.
        embeddings: ``(N, F)`` float32, not to be written to.
        squares: ``(N,)`` float32 squared lengths of them.
        probabilities: ``(N, C)`` float32, packed as the schema's logits are.

    Args:
        folder: That :meth:`create` has made.

    Raises:
        InputError: If it is no such folder, or a file of it is shorter than it must be.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._open()

    def _open(self) -> None:
        try:
            header = _read_header(self.folder / HEADER)
            rows, width = header['rows'], header['width']
            if header['version'] != VERSION:
                raise InputError(f'of version {header["version"]}, expected {VERSION}')
            if not all(type(size) is int and 0 <= size < 1 << 40 for size in (rows, width)):
                raise InputError(f'{rows!r} rows of width {width!r}')
            self.schema = AttributeSchema.from_dict(header['schema'])
            model = header['model']
            self.model = None if model is None else IndexedModel.from_dict(model)
            self._rows, self._width = rows, width
            self.embeddings = self._mapped('embeddings.f32', '<f4', (rows, width))
            self.squares = self._mapped('squares.f32', '<f4', (rows,))
            shape = rows, self.schema.num_logits
            self.probabilities = self._mapped('probabilities.f32', '<f4', shape)
            self._ends = self._mapped(ENDS, '<i8', (rows,))
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            reason = printable(str(error), longest=LONGEST_REASON) or type(error).__name__
            raise InputError(f'{self.folder}: not an index of people: {reason}') from error

    @classmethod
    def create(
        cls,
        folder: str | Path,
        schema: AttributeSchema,
        *,
        width: int,
        model: IndexedModel | None = None,
    ) -> 'PersonIndex':
        """Make an empty index.

        Args:
            folder: It is made; there must be no index in it.
            schema: The attributes.
            width: F of the embeddings, 0 for none.
            model: What looks at the people.

        Raises:
            InputError: If there is an index already, or it cannot be written.
        """
        folder = Path(folder)
        if (folder / HEADER).exists():
            raise InputError(f'{folder}: there is an index in it already')
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in ('embeddings.f32', 'squares.f32', 'probabilities.f32', LINES, ENDS):
                (folder / name).open('ab').close()
        except OSError as error:
            raise InputError(f'{folder}: cannot be written ({error.strerror})') from error
        _write_header(folder, 0, width, schema, model)
        return cls(folder)

    def __len__(self) -> int:
        return self._rows

    def append(self, rows: IndexRows) -> None:
        """Add people at the end; what is there is not touched, nor read.

        Args:
            rows: Of the model and the schema of the index.

        Raises:
            InputError: If the shapes do not fit, a number is not finite or too large for its
                square, another process has appended meanwhile, or it cannot be written.
        """
        embeddings = np.ascontiguousarray(rows.embeddings, '<f4')
        probabilities = np.ascontiguousarray(rows.probabilities, '<f4')
        count = len(rows.people)
        expected = (count, self._width), (count, self.schema.num_logits)
        if (embeddings.shape, probabilities.shape) != expected:
            raise InputError(
                f'{count} people with embeddings {embeddings.shape} and probabilities '
                f'{probabilities.shape} do not fit {self.folder}: expected are {expected[0]} and '
                f'{expected[1]}'
            )
        squares = np.square(embeddings, dtype=np.float64).sum(axis=1)
        bad = ~(squares < np.finfo(np.float32).max) | ~np.isfinite(probabilities).all(axis=1)
        if bad.any():
            raise InputError(
                f'{rows.people[int(bad.argmax())]}: its embedding or probabilities have a number '
                'that is not finite, or too large'
            )
        lines = [json.dumps(_plain(person)).encode() + b'\n' for person in rows.people]
        ends = self._end_of_lines + np.cumsum([len(line) for line in lines], dtype='<i8')
        if _read_header(self.folder / HEADER)['rows'] != self._rows:
            raise InputError(f'{self.folder}: another process has appended to it meanwhile')
        before = self._rows
        try:
            for name, offset, content in (
                ('embeddings.f32', 4 * before * self._width, embeddings.data),
                ('squares.f32', 4 * before, squares.astype('<f4').data),
                ('probabilities.f32', 4 * before * probabilities.shape[1], probabilities.data),
                (LINES, self._end_of_lines, b''.join(lines)),
                (ENDS, 8 * before, ends.astype('<i8').data),
            ):
                _write_from(self.folder / name, offset, content)
        except OSError as error:
            raise InputError(f'{self.folder}: cannot be written ({error.strerror})') from error
        _write_header(self.folder, before + count, self._width, self.schema, self.model)
        self.__dict__.pop('_lines', None)
        self._open()

    def person(self, row: int) -> IndexedPerson:
        """Where the person of a row is seen.

        Raises:
            InputError: If its line is damaged.
        """
        start = int(self._ends[row - 1]) if row else 0
        line = self._lines[start : int(self._ends[row])]
        try:
            return _person_of(json.loads(line))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise InputError(f'{self.folder / LINES}: line {row + 1} is damaged') from error

    def people(self) -> Iterator[IndexedPerson]:
        """All of them, in the order of their rows."""
        return map(self.person, range(len(self)))

    def row_of(self, source: str) -> int | None:
        """The first row of a picture or video, None where there is none."""
        start = json.dumps({'source': source}).encode()[:-1]
        position = self._lines.find(start)
        while position >= 0:
            after = self._lines[position + len(start) : position + len(start) + 1]
            before = self._lines[position - 1 : position] if position else b'\n'
            if before == b'\n' and after in (b',', b'}'):
                row = int(np.searchsorted(self._ends, position, side='right'))
                return row if row < len(self) else None
            position = self._lines.find(start, position + 1)
        return None

    def crop_path(self, person: IndexedPerson) -> Path | None:
        """The picture of a person of a video."""
        return None if person.crop is None else self.folder / CROPS / person.crop

    @property
    def _end_of_lines(self) -> int:
        return int(self._ends[-1]) if len(self._ends) else 0

    @cached_property
    def _lines(self) -> Any:
        path = self.folder / LINES
        with path.open('rb') as file:
            if os.fstat(file.fileno()).st_size < self._end_of_lines:
                raise InputError(f'{path}: shorter than it must be')
            if self._end_of_lines <= 0:
                return b''
            return mmap.mmap(file.fileno(), self._end_of_lines, access=mmap.ACCESS_READ)

    def _mapped(self, name: str, kind: str, shape: tuple[int, ...]) -> np.ndarray:
        path = self.folder / name
        dtype, size = np.dtype(kind), int(np.prod(shape, dtype=object))
        if path.stat().st_size < size * dtype.itemsize:
            raise InputError(f'{name} is shorter than {size} numbers')
        if not size:
            return np.zeros(shape, dtype)
        return np.asarray(np.memmap(path, dtype, 'r', shape=shape))


def _read_header(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST_HEADER:
        raise InputError(f'{path.name} is larger than {LARGEST_HEADER} bytes')
    header = json.loads(path.read_text(encoding='utf-8'))
    if not isinstance(header, dict):
        raise InputError(f'{path.name}: {type(header).__name__}, not an object')
    return header


def _write_header(
    folder: Path, rows: int, width: int, schema: AttributeSchema, model: IndexedModel | None
) -> None:
    header = {
        'version': VERSION,
        'rows': rows,
        'width': width,
        'schema': schema.to_dict(),
        'model': None if model is None else asdict(model),
    }
    with written_aside(folder / HEADER) as aside:
        aside.write_text(json.dumps(header) + '\n', encoding='utf-8')


def _write_from(path: Path, offset: int, content: Any) -> None:
    """Write behind what counts; an earlier process that was killed may have left more."""
    with path.open('r+b') as file:
        file.truncate(offset)
        file.seek(offset)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _plain(person: IndexedPerson) -> dict[str, Any]:
    return {name: value for name, value in vars(person).items() if value is not None}


def _person_of(data: Mapping[str, Any]) -> IndexedPerson:
    """The inverse of :func:`_plain`, for a file that somebody else may have written."""
    person = IndexedPerson(**{**data, 'box': data.get('box') and tuple(data['box'])})
    numbers = [person.first, person.last, *(person.box or ())]
    if (
        not isinstance(person.source, str)
        or not all(number is None or isinstance(number, int | float) for number in numbers)
        or not isinstance(person.track, int | None)
        or (person.box is not None and len(person.box) != 4)
    ):
        raise TypeError(f'not a person: {data}')
    if person.crop is not None and Path(person.crop).name != person.crop:
        raise ValueError(f'crop {person.crop!r} is no file name')
    return person


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(seconds, 60)
    return f'{int(minutes)}:{seconds:04.1f}'
