"""Anyone's own data: one row an image, one column an attribute."""

import itertools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.registry import DATASETS

from par_plugins.datasets.attribute_dataset import Annotations, AttributeDataset
from par_plugins.datasets.files.numbered_rows import LARGEST, numbered_rows, whole_number
from par_plugins.structures import (
    UNKNOWN,
    Attribute,
    AttributeSchema,
    InputError,
    open_regular_file,
    printable,
)

DELIMITERS = (',', ';', '\t')
ROLES = ('query', 'gallery', '')
BINARY = {'0': 0, '1': 1, '0.0': 0, '1.0': 1}
"""Entries of binary columns; pandas writes the latter where other cells are blank."""
NO_VALUES = {'nan', 'na', 'n/a', 'null', 'none', 'unknown', '?', 'true', 'false', 'yes', 'no'}


@DATASETS.register_module()
class AttributeCSV(AttributeDataset):
    """Attributes from a CSV file with a header line.

    .. code-block:: text

        image,split,person,camera,Female,Hat,Age
        a/001.jpg,train,17,1,1,0,adult
        a/002.jpg,train,17,2,1,,adult

    A blank cell is an unknown label. A column with no other entries than 0 and 1 (or 0.0 and 1.0,
    as pandas writes them beside blank cells) is a binary attribute; any other column of words is a
    categorical one, its values being the different entries of the *whole* file (all splits),
    sorted. Give ``schema`` to say it yourself: which columns are attributes, their order, and the
    order of their values. Other numbers (-1 is "no" to some benchmarks and "unknown" to others) and
    words like ``nan`` and ``true`` are refused unless ``schema`` names them; so are splits, and
    values that no ``schema`` names, which differ in case alone.

    Tables are read as programs write them: with a byte order mark, with ``;`` between cells
    (spreadsheets of many countries), with ``# image`` as the first name (NumPy), or with pandas'
    index, a first column of whole numbers without a name or called ``Unnamed: 0``: it is left out,
    and so are several (``Unnamed: 0.1``).

    >>> AttributeCSV(data_root='shop', ann_file='labels.csv', split='train', pid_column='person')[0]
    {'img_path': 'shop/a/001.jpg', 'gt_attributes': array([1, 0, 0]), 'gt_pid': 17, ...}

    Args:
        data_root: Folder that ``ann_file`` and the images are relative to.
        split: Rows to take, by their entry in ``split_column``; None takes all.
        ann_file: The CSV file.
        image_column: Column of image paths.
        split_column: Column of split names; it may be missing when ``split`` is None.
        pid_column: Column of whole-number identities, or None.
        camid_column: Column of whole-number cameras, or None.
        role_column: Column that says ``query`` or ``gallery`` of the images of a search, or None.
            Samples get a bool ``is_query`` from it; a blank cell is no query. A column of such
            entries is no attribute, named here or not.
        schema: An :class:`AttributeSchema` or its plain dict; None reads it off the file.
        delimiter: The character between cells; None takes the one of comma, semicolon and tab that
            the header has most of.
        *args: Pipeline and attributes to keep, see :class:`AttributeDataset`.
        **kwargs: The same.

    Raises:
        InputError: If the file is missing, is not such a table, or an entry is not a value
            of its attribute; the message names the line.
    """

    def __init__(
        self,
        data_root: str = '',
        *args: Any,
        ann_file: str = 'labels.csv',
        image_column: str = 'image',
        split_column: str = 'split',
        pid_column: str | None = None,
        camid_column: str | None = None,
        role_column: str | None = None,
        schema: AttributeSchema | Mapping[str, Any] | None = None,
        delimiter: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.image_column = image_column
        self.split_column = split_column
        self.pid_column = pid_column
        self.camid_column = camid_column
        self.role_column = role_column
        self._path = Path(data_root) / ann_file
        if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
            raise InputError(f'delimiter: {delimiter!r}, not one character that parts cells')
        self._delimiter = delimiter or _delimiter_of(self._path)
        self._table, self._lines = _read_table(self._path, self._delimiter)
        if isinstance(schema, Mapping):
            schema = AttributeSchema.from_dict(schema)
        self._column(image_column)  # before the schema is read off columns that are not there
        super().__init__(
            data_root,
            *args,
            file_schema=schema or self._schema_of_file(),
            ann_file=ann_file,
            **kwargs,
        )

    @property
    def split_names(self) -> Sequence[str]:
        """The entries of the column of splits, as they come."""
        return list(filter(None, dict.fromkeys(self._table.get(self.split_column, ()))))

    def read_annotations(self) -> Annotations:
        """Take the rows of the split."""
        rows = self._rows_of_split()
        targets = [self._labels(attribute)[rows] for attribute in self.file_schema.attributes]
        images = self._column(self.image_column)
        for row in rows:
            if not images[row]:
                raise self._error(row, self.image_column, 'no image')
        return Annotations(
            image_names=[images[row] for row in rows],
            targets=np.stack(targets, axis=1),
            source=str(self._path),
            pids=self._numbers(self.pid_column, rows),
            camids=self._numbers(self.camid_column, rows),
            extras=self._roles(rows),
        )

    def _column(self, name: str) -> list[str]:
        if name not in self._table:
            raise InputError(
                f'{self._path}: no column {name!r}; the header has {", ".join(self._table)}; '
                f'cells are parted by {self._delimiter!r}'
            )
        return self._table[name]

    def _rows_of_split(self) -> list[int]:
        if self.split is None:
            return list(range(len(self._column(self.image_column))))
        splits = self._column(self.split_column)
        rows = [row for row, entry in enumerate(splits) if entry == self.split]
        if not rows:
            raise InputError(
                f'{self._path}: no row has split {self.split!r}; column {self.split_column!r} '
                f'has {", ".join(sorted(set(splits))) or "no row"}'
            )
        self._refuse_two_spellings(self.split_column, sorted(set(splits)))
        return rows

    def _schema_of_file(self) -> AttributeSchema:
        others = {
            self.image_column,
            self.split_column,
            self.pid_column,
            self.camid_column,
            self.role_column,
        }
        attributes = [
            name
            for name, entries in self._table.items()
            if name not in others and not (set(entries) <= set(ROLES) and any(entries))
        ]
        if not attributes:
            raise InputError(f'{self._path}: no column is left for attributes')
        made = []
        for name in attributes:
            values = self._values_of_file(name, self._table[name])
            try:
                made.append(Attribute(name, values))
            except InputError as error:
                raise InputError(f"{self._path}: column '{printable(name)}': {error}") from error
        return AttributeSchema(made)

    def _values_of_file(self, name: str, entries: list[str]) -> tuple[str, ...] | None:
        values = sorted(set(entries) - {''})
        if set(values) <= set(BINARY):
            return None
        others = [value for value in values if value not in BINARY]
        for value in others:
            # Words for "unknown" and "yes", numbers, and anything beside 0 and 1 (RAP's 2 is
            # "uncertain") would quietly become values of a categorical attribute.
            if value.lower() in NO_VALUES or _is_number(value) or len(others) < len(values):
                raise self._error(
                    entries.index(value),
                    name,
                    f'entry {value!r} is no value name; write 0 or 1, leave unknown cells blank, '
                    'or say with schema=... what the values are',
                )
        if len(values) < 2:
            raise InputError(
                f'{self._path}: column {name!r} has the one entry {values[0]!r}; give schema=... '
                'if the attribute has more values than this file shows'
            )
        self._refuse_two_spellings(name, values)
        return tuple(values)

    def _labels(self, attribute: Attribute) -> np.ndarray:
        values = attribute.values or ('0', '1')
        numbers = {'': UNKNOWN} | {value: number for number, value in enumerate(values)}
        if attribute.values is None:
            numbers |= BINARY
        entries = self._column(attribute.name)
        for row, entry in enumerate(entries):
            if entry not in numbers:
                raise self._error(
                    row,
                    attribute.name,
                    f'entry {entry!r} is not one of {", ".join(values)} or blank',
                )
        return np.array([numbers[entry] for entry in entries], dtype=np.int64)

    def _numbers(self, column: str | None, rows: list[int]) -> np.ndarray | None:
        if column is None:
            return None
        entries = self._column(column)
        numbers = [whole_number(entries[row]) for row in rows]
        for row, number in zip(rows, numbers, strict=True):
            if number is None:
                raise self._error(row, column, f'{entries[row]!r} is not a whole number')
        return np.array(numbers, dtype=np.int64)

    def _roles(self, rows: list[int]) -> dict[str, list[bool]]:
        if self.role_column is None:
            return {}
        entries = self._column(self.role_column)
        for row in rows:
            if entries[row] not in ROLES:
                problem = f'{entries[row]!r} is not query, gallery or blank'
                raise self._error(row, self.role_column, problem)
        return {'is_query': [entries[row] == 'query' for row in rows]}

    def _refuse_two_spellings(self, column: str, entries: Sequence[str]) -> None:
        """``Train`` beside ``train`` would quietly be another split, or another value."""
        spellings: dict[str, str] = {}
        for entry in entries:
            other = spellings.setdefault(entry.casefold(), entry)
            if other != entry:
                row = self._column(column).index(entry)
                raise self._error(row, column, f'{entry!r} differs from {other!r} in case alone')

    def _error(self, row: int, column: str, problem: str) -> InputError:
        return InputError(f'{self._path}, line {self._lines[row]}, column {column!r}: {problem}')


def _is_number(entry: str) -> bool:
    try:
        float(entry)
    except ValueError:
        return False
    return True


def _read_table(path: Path, delimiter: str) -> tuple[dict[str, list[str]], list[int]]:
    """Columns of a CSV file by their names, and the line of each of its rows."""
    rows = numbered_rows(path, delimiter)
    _, header = next(rows, (1, []))
    if not header:
        raise InputError(f'{path}: the file is empty')
    header[0] = re.sub(r'^#\s*', '', header[0])
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated or '' in header[1:]:
        problem = f'column {repeated[0]!r} twice' if repeated else 'a column without a name'
        raise InputError(f'{path}: the header has {problem}')
    lines, body = [], []
    for line, row in rows:
        if len(row) != len(header):
            raise InputError(
                f'{path}, line {line}: {len(row)} cells, but the header has {len(header)} columns'
            )
        lines.append(line)
        body.append(row)
    table = {name: [row[column] for row in body] for column, name in enumerate(header)}
    for name in itertools.takewhile(re.compile(r'|Unnamed: [\d.]+').fullmatch, header):
        index = table.pop(name)
        if not all(whole_number(entry) is not None for entry in index):
            raise InputError(f'{path}: the header has a first column without a name')
    return table, lines


def _delimiter_of(path: Path) -> str:
    """What the first line has most of, quoted names left out."""
    with open_regular_file(path, largest=LARGEST) as file:
        header = next((line for line in file if line.strip()), b'')
    header = re.sub(rb'"[^"]*"', b'', header)
    return max(DELIMITERS, key=lambda delimiter: header.count(delimiter.encode()))
