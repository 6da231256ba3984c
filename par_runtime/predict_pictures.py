"""Answers about pictures of one person each by an exported network, as records."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from par_runtime.answers import AnswerRule
from par_runtime.crops import quality_of
from par_runtime.input_error import InputError
from par_runtime.jpeg_size import MAX_PIXELS, jpeg_size, refuse_size
from par_runtime.onnx_model import OnnxAttributeModel
from par_runtime.records import WORDS, PersonRecord, PictureRecord
from par_runtime.regular_file import read_regular_file
from par_runtime.shown_name import printable

TOO_LARGE = 'CV_IO_MAX_IMAGE_PIXELS'
"""In what OpenCV says of more pixels than the program lets it decode."""
LARGEST = 2**29
"""Bytes of a picture's file."""
END_MARKERS = {  # signature at the start: (start of the last piece, what must follow it)
    b'\xff\xd8': (b'\xff\xda', b'\xff\xd9'),  # JPEG: the scan, end of image
    b'\x89PNG': (b'IDAT', b'IEND'),
}


def predict_pictures(
    paths: Iterable[str | Path], model: OnnxAttributeModel, rule: AnswerRule
) -> Iterator[PictureRecord]:
    """Predict pictures one after another; the records are those of ``AttributeInferencer``.

    Args:
        paths: Files.
        model: The network.
        rule: Turns its probabilities into answers.

    Yields:
        For each picture a record; of one that cannot be read with its ``error``.
    """
    for path in paths:
        record = PictureRecord(str(path))
        try:
            image = _read(path)
            probabilities, _ = model.predict([image[:, :, ::-1]])
        except InputError as error:
            yield replace(record, error=str(error).removeprefix(f'{path}: '))
            continue
        height, width = image.shape[:2]
        box = (0.0, 0.0, float(width), float(height))
        quality = quality_of(image, np.array(box), model.input_size[1])
        table = rule.answer(
            probabilities, np.array([quality.height]), np.array([quality.sharpness])
        )
        person = PersonRecord(box, 1.0, quality=quality, attributes=table.of_person(0))
        yield replace(record, width=width, height=height, people=[person])


def answers_text(record: PictureRecord) -> str:
    """Write a picture's answers for people: a line for each attribute.

    Example:
        >>> from par_runtime.answers import Answer
        >>> hat = PersonRecord((0, 0, 4, 9), 1.0, attributes={'Hat': Answer(True, 0.9, 0.8, 0.4)})
        >>> print(answers_text(PictureRecord('a.jpg', people=[hat])))
        a.jpg
          Hat  yes  0.90
    """
    lines = [printable(record.source)]
    for person in record.people:
        shown = {printable(name): answer for name, answer in person.attributes.items()}
        words = [printable(str(WORDS.get(a.value, a.value))) for a in shown.values()]  # type: ignore[arg-type]
        first, second = max(map(len, shown)), max(map(len, words))
        for (name, answer), word in zip(shown.items(), words, strict=True):
            lines.append(f'  {name:{first}}  {word:{second}}  {answer.confidence:.2f}')
    return '\n'.join(lines)


def refuse_truncated(content: bytes, path: str | Path) -> None:
    """Refuse a JPEG or PNG without its end; decoders make the rest of it grey.

    Args:
        content: The file.
        path: Its name, for messages.

    Raises:
        InputError: If it has none.
    """
    for signature, (piece, end) in END_MARKERS.items():
        if content.startswith(signature) and content.rfind(end) <= content.rfind(piece):
            raise InputError(f'{path}: the image is truncated ({len(content)} bytes)')


def _read(path: str | Path) -> NDArray[np.uint8]:
    content = read_regular_file(path, largest=LARGEST)
    refuse_truncated(content, path)
    if size := jpeg_size(content):
        refuse_size(*size, content, path)
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        if TOO_LARGE in str(error):
            raise InputError(f'{path}: declares more pixels than {MAX_PIXELS}') from error
        image = None
    if image is None:
        raise InputError(f'{path}: not a readable image ({len(content)} bytes)')
    return np.asarray(image, np.uint8)
