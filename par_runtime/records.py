"""What is said of people, as one JSON document, a stream of JSON lines, or a table."""

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol

from par_runtime.answers import Answer
from par_runtime.attribute_schema import Attribute, AttributeSchema
from par_runtime.crops import CropQuality
from par_runtime.input_error import InputError

FORMATS = ('json', 'jsonl', 'csv')
WORDS: Mapping[bool | None, str] = {True: 'yes', False: 'no', None: 'unknown'}
DIGITS = 6
"""Decimals of what is written."""
PICTURE = ('source', 'frame', 'seconds', 'width', 'height', 'error')
PERSON = ('track', 'left', 'top', 'right', 'bottom', 'score')
QUALITY = ('person_height', 'person_width', 'sharpness', 'cut')


@dataclass(frozen=True)
class PersonRecord:
    """A person in a picture.

    Attributes:
        box: Left, top, right, bottom, in pixels.
        score: Of the detector, in [0, 1].
        track: Number of the person in the video, -1 where there is none.
        quality: How well the person can be seen; None where that was not looked at.
        attributes: Answers by name; empty where none were asked for.
    """

    box: tuple[float, float, float, float]
    score: float
    track: int = -1
    quality: CropQuality | None = None
    attributes: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True)
class PictureRecord:
    """A picture, or a frame of a video.

    Attributes:
        source: Path, or what else names it.
        frame: Its number in the video, from 0.
        seconds: Its time in the video.
        width: In pixels; 0 where it could not be read.
        height: The same.
        people: In it.
        error: Why it could not be read, or None.
    """

    source: str
    frame: int = 0
    seconds: float = 0.0
    width: int = 0
    height: int = 0
    people: Sequence[PersonRecord] = ()
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data, numbers rounded as they are written."""
        people = []
        for person in self.people:
            quality = None if person.quality is None else asdict(person.quality)
            answers = {name: asdict(answer) for name, answer in person.attributes.items()}
            people.append(
                {
                    'box': list(person.box),
                    'score': person.score,
                    'track': person.track,
                    'quality': quality,
                    'attributes': answers,
                }
            )
        record: dict[str, Any] = _rounded(
            {**{name: getattr(self, name) for name in PICTURE}, 'people': people}
        )
        return record


def picture_from_dict(data: Mapping[str, Any]) -> PictureRecord:
    """The inverse of :meth:`PictureRecord.to_dict`, but for what was rounded."""
    people = []
    for person in data['people']:
        quality, answers = person['quality'], person['attributes']
        people.append(
            PersonRecord(
                tuple(person['box']),
                person['score'],
                person['track'],
                None if quality is None else CropQuality(**quality),
                {name: Answer(**answer) for name, answer in answers.items()},
            )
        )
    return PictureRecord(**{name: data[name] for name in PICTURE}, people=people)


class RecordWriter(Protocol):
    """Writes pictures one after another; memory does not grow with their number."""

    def __enter__(self) -> 'RecordWriter': ...

    def __exit__(self, *error: Any) -> None: ...

    def add(self, record: PictureRecord) -> None:
        """Write a picture."""
        ...

    def skip(self, source: str, reason: str) -> None:
        """Note a file that is no picture; a document says it, streams and tables do not."""
        ...


class _FileWriter:
    """A file that is whole whenever it is closed, also after an error or an interrupt."""

    def __init__(self, file: IO[str], schema: AttributeSchema, about: Mapping[str, Any]) -> None:
        self.file, self.schema, self.about = file, schema, about
        self.begin()

    def __enter__(self) -> '_FileWriter':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()
        self.file.close()

    def begin(self) -> None:
        """Write what comes first."""

    def skip(self, source: str, reason: str) -> None:
        """Note a file that is no picture."""

    def end(self) -> None:
        """Write what comes last."""


class JSONWriter(_FileWriter):
    """One document: ``about``, ``schema``, ``pictures``, and ``skipped`` with the reasons."""

    def begin(self) -> None:
        """Write the beginning of the document."""
        self.skipped: list[dict[str, str]] = []
        self.comma = ''
        head = json.dumps({**self.about, 'schema': self.schema.to_dict()}, allow_nan=False)
        self.file.write(f'{head[:-1]}, "pictures": [')

    def add(self, record: PictureRecord) -> None:
        """Write a picture."""
        if record.error is not None:
            self.skip(record.source, record.error)
        line = json.dumps(record.to_dict(), allow_nan=False)
        self.file.write(f'{self.comma}\n{line}')
        self.comma = ','

    def skip(self, source: str, reason: str) -> None:
        """Note a file that is no picture, or no readable one."""
        self.skipped.append({'source': source, 'reason': reason})

    def end(self) -> None:
        """Write the end of the document."""
        self.file.write(f'\n], "skipped": {json.dumps(self.skipped)}}}\n')


class JSONLinesWriter(_FileWriter):
    """A line for each picture, to be read while it grows."""

    def add(self, record: PictureRecord) -> None:
        """Write a picture."""
        self.file.write(json.dumps(record.to_dict(), allow_nan=False) + '\n')
        self.file.flush()


class CSVWriter(_FileWriter):
    """A row for each person, and one without box for a picture without people."""

    def begin(self) -> None:
        """Write the header."""
        self.rows = csv.writer(self.file, lineterminator='\n')
        columns = [c for attribute in self.schema.attributes for c in _columns(attribute)]
        self.rows.writerow([*PICTURE, *PERSON, *QUALITY, *columns])

    def add(self, record: PictureRecord) -> None:
        """Write a picture."""
        data = record.to_dict()
        picture = [data[name] for name in PICTURE]
        for person in data['people']:
            quality = person['quality']
            cells = [
                *picture,
                *(person['track'], *person['box'], person['score']),
                *([''] * len(QUALITY) if quality is None else quality.values()),
            ]
            for attribute in self.schema.attributes:
                answer = person['attributes'].get(attribute.name)
                cells += _cells(attribute, answer)
            self.rows.writerow(cells)
        if not data['people']:
            self.rows.writerow(picture)
        self.file.flush()


WRITERS: Mapping[str, Any] = {'json': JSONWriter, 'jsonl': JSONLinesWriter, 'csv': CSVWriter}


def open_records(
    path: str | Path, schema: AttributeSchema, about: Mapping[str, Any] | None = None
) -> RecordWriter:
    """Open a file of records; what it is goes by the ending of its name.

    Args:
        path: Ends in ``.json`` (one document), ``.jsonl`` (a line a picture) or ``.csv`` (a row a
            person).
        schema: Attributes of the answers.
        about: Plain data that a document begins with.

    Raises:
        InputError: If it has another ending, or cannot be written.
    """
    writer = WRITERS.get(Path(path).suffix.lstrip('.').lower())
    if writer is None:
        raise InputError(f'{path}: records are written as {", ".join(FORMATS)}')
    try:
        # Names of files that are no valid text come out as they went in.
        file = Path(path).open(  # noqa: SIM115 (the writer closes it)
            'w', encoding='utf-8', errors='surrogateescape', newline=''
        )
    except OSError as error:
        raise InputError(f'{path}: cannot be written ({error.strerror})') from error
    opened: RecordWriter = writer(file, schema, about or {})
    return opened


def records_text(
    records: Iterable[PictureRecord],
    schema: AttributeSchema,
    about: Mapping[str, Any] | None = None,
    *,
    form: str = 'json',
) -> str:
    """Return what :func:`open_records` writes into a file.

    Args:
        records: The pictures.
        schema: Attributes of the answers.
        about: See :func:`open_records`.
        form: ``json``, ``jsonl`` or ``csv``.

    Raises:
        InputError: If it is another form.
    """
    if form not in FORMATS:
        raise InputError(f'records are written as {", ".join(FORMATS)}, not {form!r}')
    file = io.StringIO()
    writer = WRITERS[form](file, schema, about or {})
    for record in records:
        writer.add(record)
    writer.end()
    return file.getvalue()


def stream_records(path: str | Path) -> Iterator[PictureRecord]:
    """Read a ``.jsonl`` file one picture after another.

    Raises:
        InputError: See :func:`read_records`.
    """
    try:
        with Path(path).open(encoding='utf-8', errors='surrogateescape') as file:
            for line in file:
                yield picture_from_dict(json.loads(line))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f'{path}: no records of people ({error!r})') from error


def read_records(path: str | Path, schema: AttributeSchema | None = None) -> list[PictureRecord]:
    """Read what :func:`open_records` has written.

    Args:
        path: The file.
        schema: Needed for ``.csv`` alone, which does not say it.

    Raises:
        InputError: If it is no such file.
    """
    path = Path(path)
    if path.suffix == '.jsonl':
        return list(stream_records(path))
    try:
        text = path.read_text(encoding='utf-8', errors='surrogateescape')
        if path.suffix == '.json':
            pictures: Iterable[Any] = json.loads(text)['pictures']
        elif schema is None:
            raise InputError(f'{path}: a table does not say its schema; give it')
        else:
            return _from_rows(csv.DictReader(text.splitlines()), schema)
        return [picture_from_dict(picture) for picture in pictures]
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f'{path}: no records of people ({error!r})') from error


def _columns(attribute: Attribute) -> list[str]:
    name = attribute.name
    if attribute.values is None:
        return [name, f'{name}:confidence', f'{name}:probability', f'{name}:threshold']
    return [name, f'{name}:confidence', *(f'{name}:{value}' for value in attribute.values)]


def _cells(attribute: Attribute, answer: Mapping[str, Any] | None) -> list[Any]:
    if answer is None:
        return [''] * len(_columns(attribute))
    value = answer['value']
    first = [WORDS.get(value, value), answer['confidence']]
    if attribute.values is None:
        return [*first, answer['probability'], answer['threshold']]
    return [*first, *answer['probability'].values()]


def _from_rows(rows: Iterable[Mapping[str, str]], schema: AttributeSchema) -> list[PictureRecord]:
    pictures: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        picture = pictures.setdefault(
            (row['source'], row['frame']),
            {
                'source': row['source'],
                'frame': int(row['frame']),
                'seconds': float(row['seconds']),
                'width': int(row['width']),
                'height': int(row['height']),
                'error': row['error'] or None,
                'people': [],
            },
        )
        if row.get('left'):
            picture['people'].append(_person_of(row, schema))
    return [picture_from_dict(picture) for picture in pictures.values()]


def _person_of(row: Mapping[str, str], schema: AttributeSchema) -> dict[str, Any]:
    quality = None
    if row['sharpness']:
        quality = {
            'height': float(row['person_height']),
            'width': float(row['person_width']),
            'sharpness': float(row['sharpness']),
            'cut': row['cut'] == 'True',
        }
    said = {word: value for value, word in WORDS.items()}
    answers: dict[str, Any] = {}
    for attribute in schema.attributes:
        columns = _columns(attribute)
        word, confidence, *rest = (row[column] for column in columns)
        if not word:
            continue
        numbers = [float(cell) for cell in rest]
        binary = attribute.values is None
        answers[attribute.name] = {
            'value': said[word] if binary or word == WORDS[None] else word,
            'confidence': float(confidence),
            'probability': numbers[0]
            if attribute.values is None
            else dict(zip(attribute.values, numbers, strict=True)),
            'threshold': numbers[1] if binary else None,
        }
    return {
        'box': [float(row[side]) for side in ('left', 'top', 'right', 'bottom')],
        'score': float(row['score']),
        'track': int(row['track']),
        'quality': quality,
        'attributes': answers,
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DIGITS) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _rounded(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
