"""People that somebody else has found: MOT text, COCO JSON, CSV."""

import csv
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from par_plugins.inference.detectors.person_detector import PersonBoxes
from par_plugins.inference.frame import Frame
from par_plugins.structures import InputError

MAX_BYTES = 1 << 30
PERSON = 'person'
Key = tuple[str | None, int]  # name of the picture, or None for a video's frames; frame number
Row = tuple[Key, tuple[float, float, float, float], float, int]


class BoxesFile:
    """Gives the boxes that a file has for a picture or a frame.

    ===============  ==============================================================================
    ``.txt``         MOT: ``frame, track, left, top, width, height, score, ...``; frames from 1
    ``.json``        COCO: ``images``, ``annotations`` (boxes of the category person), or a list of
                     results beside which ``image_id`` is the picture's name
    ``.csv``         columns ``image`` or ``frame`` (from 0), ``left``, ``top``, ``right``,
                     ``bottom``, and perhaps ``score``, ``track``
    ===============  ==============================================================================

    Pictures are known by their path, or by their name where only one in the file has it.

    Args:
        path: The file.

    Raises:
        InputError: If it cannot be read; names the row and the value.
    """

    def __init__(self, path: str | Path) -> None:
        path = Path(path)
        readers = {'.txt': _mot_rows, '.json': _coco_rows, '.csv': _csv_rows}
        if path.suffix.lower() not in readers:
            raise InputError(f'{path}: boxes come in {", ".join(readers)}')
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            raise InputError(f'{path}: no file of boxes, or more than {MAX_BYTES >> 20} MiB')
        rows: dict[Key, list[Row]] = defaultdict(list)
        try:
            text = path.read_text(encoding='utf-8-sig')
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f'{path}: cannot be read ({error})') from error
        for row in readers[path.suffix.lower()](path, text):
            rows[row[0]].append(row)
        tracked = any(row[3] >= 0 for of_key in rows.values() for row in of_key)
        self._people = {key: _people(of_key, tracked) for key, of_key in rows.items()}
        self._names: dict[str, list[Key]] = defaultdict(list)
        for key in self._people:
            if key[0] is not None:
                self._names[PurePath(key[0]).name].append(key)

    def detect(self, frame: Frame) -> PersonBoxes:
        """Give the boxes of this picture or frame; nobody where the file has none."""
        same_name = self._names.get(PurePath(frame.source).name, [])
        keys: list[Key] = [(frame.source, 0), (None, frame.number)]
        if len(same_name) == 1:
            keys.insert(1, same_name[0])
        return next((self._people[k] for k in keys if k in self._people), PersonBoxes.none())


def _people(rows: list[Row], tracked: bool) -> PersonBoxes:
    _, boxes, scores, tracks = zip(*rows, strict=True)
    return PersonBoxes(
        np.array(boxes, np.float32),
        np.array(scores, np.float32),
        np.array(tracks, np.int64) if tracked else None,
    )


def _number(value: Any, source: str) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f'{source}: {str(value)[:40]!r} is not a number')
    return number


def _mot_rows(path: Path, text: str) -> Iterator[Row]:
    for line, words in enumerate(csv.reader(text.splitlines()), start=1):
        source = f'{path}: line {line}'
        if not words:
            continue
        if len(words) < 6:
            raise InputError(f'{source}: {len(words)} values, a MOT file has 6 or more')
        frame, track, left, top, width, height = (_number(word, source) for word in words[:6])
        score = _number(words[6], source) if len(words) > 6 else 1.0
        box = (left, top, left + width, top + height)
        yield (None, int(frame) - 1), box, min(max(score, 0.0), 1.0), int(track)


def _csv_rows(path: Path, text: str) -> Iterator[Row]:
    reader = csv.DictReader(text.splitlines())
    columns = reader.fieldnames or []
    sides = ('left', 'top', 'right', 'bottom')
    missing = [side for side in sides if side not in columns]
    if missing or not {'image', 'frame'} & set(columns):
        raise InputError(
            f'{path}: columns {", ".join(columns)}; needed are image or frame, {", ".join(sides)}'
        )
    for line, row in enumerate(reader, start=2):
        source = f'{path}: line {line}'
        left, top, right, bottom = (_number(row[side], source) for side in sides)
        frame = int(_number(row.get('frame') or 0, source))
        score = _number(row.get('score') or 1.0, source)
        track = int(_number(row.get('track') or -1, source))
        yield (row.get('image') or None, frame), (left, top, right, bottom), score, track


def _coco_rows(path: Path, text: str) -> Iterator[Row]:
    try:
        content = json.loads(text)
        whole = isinstance(content, dict)
        names = {image['id']: image['file_name'] for image in content['images']} if whole else {}
        people = {
            category['id']
            for category in (content.get('categories', []) if whole else [])
            if category['name'] == PERSON
        }
        for number, item in enumerate(content['annotations'] if whole else content):
            if (people or {1}) & {item.get('category_id', 1)}:
                source = f'{path}: annotation {number}'
                left, top, width, height = (_number(side, source) for side in item['bbox'])
                score = _number(item.get('score', 1.0), source)
                name = names[item['image_id']] if whole else str(item['image_id'])
                box = (left, top, left + width, top + height)
                yield (name, 0), box, score, int(item.get('track_id', -1))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f'{path}: not boxes in COCO form ({error!r})'[:200]) from error
