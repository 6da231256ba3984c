"""The last look at a release: nothing of the machine that made it may be in any file."""

import getpass
import os
import re
import socket
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from par_plugins.structures import InputError

SHORTEST = 4
"""Characters of a user's or host's name that is looked for; shorter ones occur anywhere."""
LONG = 8
"""Characters of a path that do not occur by chance among the bytes of large weights."""
NO_PERSON = frozenset(
    'admin data docker localhost model python release root runner test torch train ubuntu '
    'user'.split()
)
"""Names that say nothing of anybody, and words of every release."""


def private_names(folders: Iterable[str | Path] = ()) -> tuple[set[str], set[str]]:
    """Return the paths, and the names of user and host, that no release may hold.

    Args:
        folders: Further ones, of the data say.
    """
    places: list[str | Path] = [Path.home(), Path.cwd(), sys.prefix, tempfile.gettempdir()]
    places.append(Path(__file__).parents[2])
    paths = {str(Path(place).absolute()) for place in [*places, *folders] if str(place)}
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # a process whose user has no name
        user = ''
    names = {user, socket.gethostname(), socket.gethostname().partition('.')[0]}
    return (
        {path for path in paths if len(Path(path).parts) > 1},
        {name for name in names if len(name) >= SHORTEST and name not in NO_PERSON},
    )


def refuse_private_traces(folder: Path, paths: Iterable[str], names: Iterable[str]) -> None:
    """Refuse a release of which a file holds something of the machine.

    Paths are looked for in the bytes of every file, short ones with something below them; names as
    words of files that are text.

    Args:
        folder: Of the release.
        paths: Of :func:`private_names`.
        names: Of the same.

    Raises:
        InputError: Naming the file and what it holds.
    """
    whole = (path if len(path) >= LONG else f'{path}{os.sep}' for path in paths)
    escaped = [re.escape(path.encode()) for path in whole]
    anywhere = [re.compile(path) for path in escaped]  # any byte may stand before it
    in_text = [
        re.compile(rb'(?<!:/)(?<![\w.~-])' + path) for path in escaped
    ]  # an address may go on so
    in_text += [
        re.compile(rb'(?<![\w-])' + re.escape(name.encode()) + rb'(?![\w-])') for name in names
    ]
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        for pattern in in_text if _is_text(content) else anywhere:
            if match := pattern.search(content):
                raise InputError(
                    f'{path.name} would hold {match[0].decode()!r}, which is of this machine: '
                    'nothing is released'
                )


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
