"""Text files of DeepFashion's category and attribute benchmark, read line by line as bytes.

Lists begin with their count and their column names and are joined by the name of the image; the
files of the fine annotation have no such head and are aligned line by line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from par_plugins.datasets.files.numbered_rows import whole_number
from par_plugins.structures import InputError

ELSEWHERE = -1
"""The row of an image that belongs to another split."""

# How labels are written, and as which byte of an int8 they are stored.
POSITIVE, NEGATIVE, NOT_LABELLED = b'1', b'-1', b'0'
STORED = bytes.maketrans(b'120', np.array([1, 0, -1], np.int8).tobytes())

Entry = tuple[int, int, bytes]
"""Number of the line, row of the image, and what the line says about it."""


def read_list(path: Path) -> Iterator[tuple[int, bytes]]:
    """Read the lines below the head, with their numbers.

    Raises:
        InputError: At the end, if they are not as many as the head announces.
    """
    rows = read_lines(path)
    line, text = next(rows, (1, b''))
    announced = whole_number(shown(text))
    if announced is None:
        raise error_at(path, line, f'{shown(text)!r} is no number of lines')
    next(rows, None)  # the names of the columns
    number = 0
    for number, row in enumerate(rows, start=1):  # noqa: B007 (counts)
        yield row
    if number != announced:
        raise InputError(f'{path}: line 1 announces {announced} lines, but {number} follow')


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Read the lines that are not blank, with their numbers, without white space around them."""
    if not path.exists():
        raise InputError(
            f'{path}: no such file; DeepFashion needs Anno_coarse/ (or Anno/) and '
            'Eval/list_eval_partition.txt, or Anno_fine/'
        )
    try:
        with path.open('rb') as file:
            for line, text in enumerate(map(bytes.strip, file), start=1):
                if text:
                    yield line, text
    except OSError as error:
        raise InputError(f'{path}: cannot be read ({error.strerror})') from error


def read_names(path: Path) -> list[tuple[str, int]]:
    """Read names, which may have spaces in them, and their types: attributes or categories."""
    type_of: dict[str, int] = {}
    for line, text in read_list(path):
        words, *types = text.rsplit(None, 1)
        number = whole_number(shown(types[0])) if types else None
        if number is None:
            raise error_at(path, line, f'{shown(text)!r} is no name with the number of its type')
        name = decoded(path, words)
        if name in type_of:
            raise error_at(path, line, f'the name {name!r} for the second time')
        type_of[name] = number
    return list(type_of.items())


def read_parts(path: Path, parts: Sequence[str]) -> dict[bytes, str]:
    """Read the part of each image, in the order of the file."""
    part_of: dict[bytes, str] = {}
    for line, text in read_list(path):
        name, *rest = text.rsplit(None, 1)
        part = shown(rest[0]) if rest else ''
        if part not in parts:
            raise error_at(path, line, f'{shown(text)!r} is no image with {" or ".join(parts)}')
        if name in part_of:
            raise error_at(path, line, f'image {shown(name)!r} for the second time')
        part_of[name] = part
    return part_of


def join_by_image(path: Path, row_of: Mapping[bytes, int]) -> Iterator[Entry]:
    """Return what a list says about the images of a split.

    Args:
        path: A list whose lines begin with the name of an image.
        row_of: For each image of the benchmark its row in the split, or ``ELSEWHERE``.

    Raises:
        InputError: If the images are not those of ``row_of``, each once.
    """
    missing = {row for row in row_of.values() if row != ELSEWHERE}
    number = 0
    for number, (line, text) in enumerate(read_list(path), start=1):  # noqa: B007 (counts)
        name, *rest = text.split(None, 1)
        row = row_of.get(name)
        if row is None:
            raise error_at(path, line, f'image {shown(name)!r} is not in the partition')
        if row == ELSEWHERE:
            continue
        if row not in missing:
            raise error_at(path, line, f'image {shown(name)!r} for the second time')
        missing.remove(row)
        yield line, row, rest[0] if rest else b''
    if missing or number != len(row_of):
        raise InputError(
            f'{path}: {number} lines for the {len(row_of)} images of the partition, '
            f'{len(missing)} of the split are missing'
        )


def align_by_line(path: Path, num_images: int) -> Iterator[Entry]:
    """Return the lines of a file without a head: the first is about the first image, and so on.

    Raises:
        InputError: If there are more or fewer lines than images.
    """
    number = 0
    for number, (line, text) in enumerate(read_lines(path), start=1):
        if number <= num_images:
            yield line, number - 1, text
    if number != num_images:
        raise InputError(f'{path}: {number} lines for {num_images} images')


def fill_labels(path: Path, entries: Iterable[Entry], labels: np.ndarray) -> None:
    """Write labels of attributes into the rows of a matrix.

    A row of 1,000 takes some twenty microseconds, so that all 289,222 are read in seconds.

    Args:
        path: For error messages.
        entries: Their words: 1 for yes, -1 for no and 0 for unknown.
        labels: ``(N, A)`` int8; gets 1, 0 and -1.

    Raises:
        InputError: If a word is something else, or there are more or fewer.
    """
    num_labels = labels.shape[1]
    spaces = b' ' * (num_labels - 1)
    for line, row, text in entries:
        # One character a label, and a space between them; most files have no other spacing.
        characters = text.replace(NEGATIVE, b'2').replace(b'  ', b' ')
        if characters[1::2] != spaces:
            characters = b' '.join(text.split()).replace(NEGATIVE, b'2')
        marks = characters[::2]
        if (
            b'2' in text
            or characters[1::2] != spaces
            or len(marks) != num_labels
            or marks.translate(None, b'120')
        ):
            raise error_at(path, line, _problem_of_labels(text.split(), num_labels))
        labels[row] = np.frombuffer(marks.translate(STORED), np.int8)


def _problem_of_labels(words: Sequence[bytes], num_labels: int) -> str:
    if len(words) != num_labels:
        return f'{len(words)} labels for {num_labels} attributes'
    allowed = (POSITIVE, NEGATIVE, NOT_LABELLED)
    wrong = next(column for column, word in enumerate(words) if word not in allowed)
    return f'label {shown(words[wrong])!r} in column {wrong} is neither 1, -1 nor 0'


def whole_numbers(path: Path, entries: Iterable[Entry], shape: tuple[int, int]) -> np.ndarray:
    """Return ``(N, V)`` int64 of whole numbers of at least 0.

    Raises:
        InputError: If a word is something else, or there are more or fewer than V.
    """
    numbers = np.zeros(shape, np.int64)
    for line, row, text in entries:
        values = [whole_number(word) for word in shown(text).split()]
        if len(values) != shape[1] or any(number is None or number < 0 for number in values):
            raise error_at(
                path, line, f'{shown(text)!r}, expected {shape[1]} whole numbers of at least 0'
            )
        numbers[row] = np.array(values, np.int64)
    return numbers


def decoded(path: Path, text: bytes) -> str:
    """Return the text of a name.

    Raises:
        InputError: If it is not in UTF-8.
    """
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise InputError(f'{path}: the name {text!r} is not in UTF-8') from None


def shown(text: bytes) -> str:
    """Return any bytes, for a message or a number; long ones shortened."""
    return text.decode('utf-8', 'replace') if len(text) <= 200 else f'{shown(text[:200])}...'


def error_at(path: Path, line: int, problem: str) -> InputError:
    """Return an error about a line."""
    return InputError(f'{path}, line {line}: {problem}')
