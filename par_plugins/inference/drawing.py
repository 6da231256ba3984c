"""People with their attributes, drawn so that they can be read."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from matplotlib import font_manager, ft2font, get_data_path
from PIL import Image, ImageDraw, ImageFont

from par_plugins.structures import AttributeSchema
from par_runtime.answers import Answer
from par_runtime.records import PersonRecord, PictureRecord

TEXT_HEIGHT = 13
"""Smallest height of letters, in pixels of the drawn picture."""
SMALLEST_SIDE = 320
"""Of a drawn picture: smaller ones are enlarged for the text to fit."""
LARGEST_SIDE = 2048
"""Of a picture that was enlarged."""
LINES_IN_SCENE = 5
COLORS = (
    (86, 180, 233),
    (230, 159, 0),
    (0, 158, 115),
    (240, 228, 66),
    (213, 94, 0),
    (204, 121, 167),
)
"""Red, green, blue of boxes; those that colour-blind people tell apart (Okabe and Ito)."""
Box = tuple[float, float, float, float]
INK, PAPER = (255, 255, 255), (24, 24, 24)


def draw_people(
    image: np.ndarray,
    record: PictureRecord,
    schema: AttributeSchema,
    *,
    beside: bool | None = None,
) -> np.ndarray:
    """Draw the people of a picture.

    A picture that is one person gets its text beside it; in a scene each person has a box and the
    first lines beside it. Small pictures are enlarged. The size depends on those of the picture and
    the schema alone, so that frames of a video come out alike.

    Args:
        image: ``(H, W, 3)`` uint8, blue first, or grey ``(H, W)``.
        record: Its people, with answers.
        schema: Of the answers.
        beside: Whether the text stands beside the picture; None goes by whether one person fills
            it.

    Returns:
        A new ``(H', W', 3)`` uint8, blue first, both sides even as videos want them.
    """
    colors = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image
    colors = np.clip(colors, 0, 255).astype(np.uint8)
    sides = colors.shape[:2]
    factor = max(1.0, min(SMALLEST_SIDE / min(sides), LARGEST_SIDE / max(sides)))
    size = round(colors.shape[1] * factor), round(colors.shape[0] * factor)
    if factor > 1:
        colors = cv2.resize(colors, size, interpolation=cv2.INTER_CUBIC)
    letters = max(TEXT_HEIGHT, round(max(size) / 60))
    canvas = Image.fromarray(cv2.cvtColor(colors, cv2.COLOR_BGR2RGB))
    if _is_whole(record) if beside is None else beside:
        canvas = _with_panel(canvas, record.people[0], schema, letters)
    else:
        _draw_scene(ImageDraw.Draw(canvas), canvas.size, record.people, factor, letters)
    drawn = cv2.cvtColor(np.asarray(canvas), cv2.COLOR_RGB2BGR)
    odd = [(0, side % 2) for side in drawn.shape[:2]]
    return np.pad(drawn, [*odd, (0, 0)], mode='edge')


def spoken(answers: Sequence[tuple[str, Answer]]) -> list[str]:
    """Say what people want to read: what is there, surest first, and values; not what is absent.

    Args:
        answers: Names of attributes with their answers.
    """
    lines = []
    for name, answer in sorted(answers, key=lambda item: -item[1].confidence):
        if answer.value is True:
            lines.append(f'{name} {100 * answer.confidence:.0f} %')
        elif isinstance(answer.value, str):
            lines.append(f'{name}: {answer.value} {100 * answer.confidence:.0f} %')
    unknown = sum(answer.value is None for _, answer in answers)
    if unknown:
        lines.append(f'{unknown} unknown')
    return lines


def _is_whole(record: PictureRecord) -> bool:
    if len(record.people) != 1:
        return False
    return record.people[0].box == (0.0, 0.0, float(record.width), float(record.height))


def _with_panel(
    canvas: Image.Image, person: PersonRecord, schema: AttributeSchema, letters: int
) -> Image.Image:
    """The picture with a column of text at its right, wide enough for any of the schema."""
    lines = spoken(list(person.attributes.items()))
    names = [f'{a.name}: {value}' for a in schema.attributes for value in a.values or ('',)]
    widest = max(names, key=lambda name: (len(name), name))
    width = round(text_width(f'{widest} 100 %', letters) + 2 * letters)
    room = max(1, int((canvas.height - letters) // (1.35 * letters)))
    panel = Image.new('RGB', (canvas.width + width, canvas.height), PAPER)
    panel.paste(canvas, (0, 0))
    draw = ImageDraw.Draw(panel)
    for row, line in enumerate(_shortened(lines, room)):
        top = letters / 2 + 1.35 * letters * row
        draw_text(draw, (canvas.width + letters, top), line, letters, INK)
    return panel


def _draw_scene(
    draw: ImageDraw.ImageDraw,
    size: tuple[int, int],
    people: Sequence[PersonRecord],
    factor: float,
    letters: int,
) -> None:
    """Boxes of all, then their texts, each where it hides least of people and other texts."""
    corners = np.array([person.box for person in people]).reshape(-1, 4) * factor
    taken = [tuple(box) for box in corners.tolist()]
    colors = [
        COLORS[(person.track if person.track >= 0 else number) % len(COLORS)]
        for number, person in enumerate(people)
    ]
    for box, color in zip(taken.copy(), colors, strict=True):
        draw.rectangle(box, outline=color, width=max(1, letters // 6))
    step = 1.25 * letters
    for person, box, color in zip(people, taken.copy(), colors, strict=True):
        lines = _shortened(spoken(list(person.attributes.items())), LINES_IN_SCENE)
        if person.track >= 0:
            lines.insert(0, f'#{person.track}')
        if not lines:
            continue
        width = max(text_width(line, letters) for line in lines) + letters / 2
        label = _least_hidden(box, (width, step * len(lines)), size, taken)
        taken.append(label)
        draw.rectangle(label, fill=PAPER)
        for row, line in enumerate(lines):
            ink = INK if row else color
            draw_text(draw, (label[0] + letters / 4, label[1] + step * row), line, letters, ink)


def _least_hidden(
    box: Box, label: tuple[float, float], size: tuple[int, int], taken: Sequence[Box]
) -> Box:
    """Above, below or beside a box: where a label covers least of what is taken."""
    left, top, right, bottom = box
    width, height = label
    corners = [
        (left, top - height),
        (right, top),
        (left - width, top),
        (left, bottom),
        (right - width, top - height),
        (right, bottom - height),
        (left - width, bottom - height),
    ]
    inside = [
        (
            min(max(0.0, x), max(0.0, size[0] - width)),
            min(max(0.0, y), max(0.0, size[1] - height)),
        )
        for x, y in corners
    ]
    labels = [(x, y, x + width, y + height) for x, y in inside]
    return min(labels, key=lambda place: sum(_overlap(place, other) for other in taken))


def _overlap(first: Box, second: Box) -> float:
    across = min(first[2], second[2]) - max(first[0], second[0])
    down = min(first[3], second[3]) - max(first[1], second[1])
    return max(0.0, across) * max(0.0, down)


def _shortened(lines: list[str], room: int) -> list[str]:
    if len(lines) <= room:
        return list(lines)
    return [*lines[: room - 1], f'+ {len(lines) - room + 1} more']


def draw_text(
    draw: ImageDraw.ImageDraw,
    corner: tuple[float, float],
    text: str,
    letters: int,
    color: tuple[int, int, int],
) -> None:
    """Write a line, each of its characters in a font that has it."""
    x = corner[0]
    for path, run in _runs(text):
        font = _font(path, letters)
        draw.text((x, corner[1]), run, fill=color, font=font)
        x += font.getlength(run)


def text_width(text: str, letters: int) -> float:
    """How wide a line is, in pixels."""
    return float(sum(_font(path, letters).getlength(run) for path, run in _runs(text)))


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Pieces of a text that one font can write."""
    start, now = 0, None
    for place, character in enumerate(text):
        path = font_of(character) if not character.isspace() or now is None else now
        if now is not None and path != now:
            yield now, text[start:place]
            start = place
        now = path
    if now is not None:
        yield now, text[start:]


@cache
def font_of(character: str) -> str:
    """A font file that has a character: matplotlib's own, or else one of this machine."""
    default = str(Path(get_data_path(), 'fonts/ttf/DejaVuSans.ttf'))
    for path in (default, *_installed()):
        if ord(character) in _characters(path):
            return path
    return default  # its empty box says that no font has it


@cache
def _installed() -> tuple[str, ...]:
    return tuple(sorted({entry.fname for entry in font_manager.fontManager.ttflist}))


@cache
def _characters(path: str) -> frozenset[int]:
    try:
        return frozenset(ft2font.FT2Font(path).get_charmap())
    except (OSError, RuntimeError):  # not a font that can be read
        return frozenset()


@cache
def _font(path: str, letters: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, letters)
