"""Which pictures the user means."""

import glob
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from par_plugins.structures import InputError

PICTURES = frozenset(
    '.jpg .jpeg .jpe .jp2 .png .bmp .dib .webp .avif .tif .tiff .ppm .pgm .pbm .pnm .gif'.split()
)
VIDEOS = frozenset('.mp4 .avi .mov .mkv .webm .m4v .mpg .mpeg .ts .wmv .flv .3gp'.split())


NOT_A_PICTURE = 'not a picture'
"""Why a file of a folder is skipped."""


@dataclass
class Listing:
    """Files to look at.

    Attributes:
        pictures: Paths, folders' in order of their names.
        videos: The same for videos.
        skipped: Files of folders that are neither.
    """

    pictures: list[str] = field(default_factory=list)
    videos: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def list_files(inputs: str | Path | Sequence[str | Path]) -> Listing:
    """List pictures and videos.

    Args:
        inputs: Files, folders (looked into at any depth; hidden files are left out), patterns with
            ``*``, ``?`` or ``**``, or several of them.

    Raises:
        InputError: If something does not exist, or there is nothing to look at.
    """
    listing = Listing()
    several = [inputs] if isinstance(inputs, str | Path) else list(inputs)
    for item in several:
        path = Path(item)
        if path.is_dir():
            for file in sorted(path.rglob('*')):
                if file.is_file() and not _hidden(file.relative_to(path)):
                    _add(listing, file, named=False)
        elif path.is_file():
            _add(listing, path, named=True)
        elif matches := sorted(glob.glob(str(item), recursive=True)):
            for match in matches:
                if Path(match).is_file():
                    _add(listing, Path(match), named=False)
        elif '://' in str(item):
            raise InputError(f'{item}: addresses are only opened when asked for (allow_urls)')
        else:
            raise InputError(f'{item}: there is no such file, folder or pattern')
    if not listing.pictures and not listing.videos:
        names = ', '.join(map(str, several[:3])) or 'nothing'
        raise InputError(f'{names}: no picture and no video in it')
    return listing


def _hidden(path: Path) -> bool:
    return any(part.startswith('.') for part in path.parts)


def _add(listing: Listing, path: Path, *, named: bool) -> None:
    """A file that is named by the user is a picture whatever its suffix."""
    suffix = path.suffix.lower()
    if suffix in VIDEOS:
        listing.videos.append(str(path))
    elif named or suffix in PICTURES:
        listing.pictures.append(str(path))
    else:
        listing.skipped.append(str(path))
