"""Files that strangers send: taken for what they are, not for what they are called."""

import os
import tempfile
from pathlib import Path
from shutil import copyfileobj
from typing import IO

import cv2

from par_plugins.structures import InputError, printable

LONGEST_NAME = 120
CONTAINERS: dict[str, dict[int, bytes]] = {
    'MP4 or QuickTime': {0: b'\x00', 4: b'ftyp'},
    'AVI': {0: b'RIFF', 8: b'AVI '},
    'Matroska or WebM': {0: b'\x1a\x45\xdf\xa3'},
    'MPEG programme stream': {0: b'\x00\x00\x01\xba'},
    'MPEG transport stream': {0: b'G', 188: b'G'},
    'Windows Media': {0: b'\x30\x26\xb2\x75\x8e\x66\xcf\x11'},
    'Flash video': {0: b'FLV'},
}
"""Videos that are taken, by what stands where in them, in the first byte of all: lists of other
files and addresses, which video libraries open too, begin with a word."""


def shown_upload(name: str | None) -> str:
    """Return the name of an uploaded file as answers may have it: one line, no folders."""
    last = (name or '').replace('\\', '/').rpartition('/')[2]
    return printable(last, longest=LONGEST_NAME) or 'upload'


def keep_video(upload: IO[bytes], name: str, folder: Path, *, max_pixels: int) -> Path:
    """Write an uploaded video into a folder, for what can only read files.

    Args:
        upload: The video.
        name: For messages.
        folder: Where it goes, under a name of its own.
        max_pixels: Of a frame.

    Raises:
        InputError: If it is no video of :data:`CONTAINERS`, cannot be opened, or has larger frames.
    """
    head = upload.read(256)
    if not any(
        all(head[at : at + len(sign)] == sign for at, sign in signs.items())
        for signs in CONTAINERS.values()
    ):
        raise InputError(f'{name}: not a video ({", ".join(CONTAINERS)})')
    handle, path = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, 'wb') as file:
        file.write(head)
        copyfileobj(upload, file)
    capture = cv2.VideoCapture(path)
    sides = [capture.get(p) for p in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)]
    capture.release()
    if min(sides) <= 0 or sides[0] * sides[1] > max_pixels:
        Path(path).unlink()
        raise InputError(
            f'{name}: frames of {sides[0]:.0f} x {sides[1]:.0f} pixels, taken are up to '
            f'{max_pixels} pixels'
        )
    return Path(path)
