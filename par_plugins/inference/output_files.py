"""Files that are written of what was seen: names made from those of the sources, and pictures."""

from collections.abc import Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import cv2

from par_plugins.structures import InputError
from par_runtime.shown_name import unprintable

LONGEST_STEM = 180
"""Bytes. File systems take 255, and endings and numbers come behind it."""


def output_stem(source: str) -> str:
    """The name of a source without its ending, as any disk and any program can take it.

    Example:
        >>> output_stem('a/two\\nlines.jpg'), len(output_stem('n' * 300))
        ('two_lines', 180)
    """
    stem = ''.join('_' if unprintable(char) else char for char in Path(source).stem)
    return stem.encode()[:LONGEST_STEM].decode(errors='ignore') or 'picture'


def unique_names(sources: Iterable[str], suffix: str) -> Iterator[str]:
    """A file name for each source, whatever folders they are from.

    Example:
        >>> list(unique_names(['a/x.jpg', 'b/x.png'], '.png'))
        ['x.png', 'x_2.png']
    """
    seen: set[str] = set()
    for source in sources:
        stem = output_stem(source)
        names = (f'{stem}{suffix}' if n == 1 else f'{stem}_{n}{suffix}' for n in count(1))
        name = next(name for name in names if name.lower() not in seen)
        seen.add(name.lower())  # some disks take capitals for small letters
        yield name


def write_picture(path: Path, image: Any) -> None:
    """Write a picture in the form that its ending names.

    OpenCV makes the bytes alone: given a path that is not UTF-8 it ends the process.

    Args:
        path: The file.
        image: ``(H, W, 3)`` uint8, blue first.

    Raises:
        InputError: If it cannot be written.
    """
    try:
        path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())
    except OSError as error:
        raise InputError(f'{path}: cannot be written ({error.strerror})') from error


def path_for_opencv(path: str | Path) -> str:
    """Return a path that OpenCV may open, which ends the process at a name that is not UTF-8.

    Raises:
        InputError: If it is such a name.
    """
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InputError(f'{path}: videos need a name in UTF-8; rename it') from error
    return str(path)
