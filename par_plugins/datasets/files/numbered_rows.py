"""The rows of a text table, each with the number of its line."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from par_plugins.structures import InputError, open_regular_file

LARGEST = 2**32
"""Bytes of a table: several times what the largest benchmark needs."""


def numbered_rows(path: Path, delimiter: str | None) -> Iterator[tuple[int, list[str]]]:
    """Read a table row by row; rows without any entry are passed over.

    Args:
        path: A text file in UTF-8.
        delimiter: The character between cells, as in CSV files; None for white space.

    Yields:
        Line number, counted from 1, and cells, stripped of white space. A row of a CSV file whose
        quoted cells span lines has the number of its first.

    Raises:
        InputError: If the file cannot be read as such a table.
    """
    try:
        with (
            open_regular_file(path, largest=LARGEST) as raw,
            io.TextIOWrapper(raw, newline='', encoding='utf-8-sig') as file,
        ):
            if delimiter is None:
                yield from ((n, cells) for n, text in enumerate(file, 1) if (cells := text.split()))
                return
            line, reader = 1, csv.reader(file, delimiter=delimiter)
            for row in reader:
                cells = [cell.strip() for cell in row]
                if any(cells):
                    yield line, cells
                line = reader.line_num + 1
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f'{path}: not a text table in UTF-8 ({error})') from error


def whole_number(cell: str) -> int | None:
    """Read the whole number that a cell says, None if it says none that fits 64 bits."""
    return int(cell) if re.fullmatch(r'-?[0-9]{1,18}', cell) else None
