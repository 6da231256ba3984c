"""An exported detector, run by onnxruntime."""

from pathlib import Path

import cv2
import numpy as np

from par_plugins.inference.detectors.onnx_decoders import DECODERS
from par_plugins.inference.detectors.person_detector import PersonBoxes
from par_plugins.inference.frame import Frame
from par_plugins.structures import InputError
from par_runtime.onnx_session import open_session

MAX_OVERLAP = 0.5  # intersection over union of two boxes above which the lower score goes


class OnnxDetector:
    """Finds people with an exported detector.

    Args:
        path: An ``.onnx`` file whose class 0 is person, as in COCO.
        decoder: One of :data:`DECODERS`; None goes by the shapes of the network's outputs.
        min_score: Boxes below are left out.
        default_size: Height and width of the input where the file leaves them open.

    Raises:
        InputError: If onnxruntime is not installed, the file is no such network, or no decoder
            fits its outputs.
    """

    def __init__(
        self,
        path: str | Path,
        decoder: str | None = None,
        *,
        min_score: float = 0.35,
        default_size: tuple[int, int] = (640, 640),
    ) -> None:
        if decoder is not None and decoder not in DECODERS:
            raise InputError(f'decoder {decoder!r} of {path}: there are {", ".join(DECODERS)}')
        if not Path(path).is_file():
            raise InputError(f'{path}: no such detector')
        self._session = open_session(path)
        self.min_score = min_score
        first = self._session.get_inputs()[0]
        self._input = first.name
        if len(first.shape) != 4:
            raise InputError(f'{path}: its input has the shape {first.shape}, not (1, 3, H, W)')
        height, width = (
            length if isinstance(length, int) else default
            for length, default in zip(first.shape[2:], default_size, strict=True)
        )
        self.size = height, width
        shapes = [output.shape for output in self._run(np.zeros((1, 3, *self.size), np.float32))]
        names = [n for n, d in DECODERS.items() if decoder in (None, n) and d.fits(shapes)]
        if not names:
            raise InputError(
                f'{path}: outputs of shapes {shapes} are not those of '
                f'{decoder or " or ".join(DECODERS)}'
            )
        self.decoder = DECODERS[names[0]]

    def detect(self, frame: Frame) -> PersonBoxes:
        """Find the people of a frame."""
        values, back = self.decoder.prepare(frame.image, self.size)
        people = self.decoder.decode(self._run(values), self.size)
        people = people.select(np.flatnonzero(people.scores >= self.min_score))
        if self.decoder.suppress:
            people = people.select(suppressed(people))
        return PersonBoxes(people.boxes * np.tile(back, 2).astype(np.float32), people.scores)

    def _run(self, values: np.ndarray) -> list[np.ndarray]:
        return self._session.run(None, {self._input: values})


def suppressed(people: PersonBoxes) -> np.ndarray:
    """Choose the boxes that are left when of two that overlap the lower score goes.

    Returns:
        Their rows, the highest score first.

    Example:
        >>> boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [50, 0, 60, 10]], np.float32)
        >>> suppressed(PersonBoxes(boxes, np.array([0.6, 0.9, 0.7], np.float32))).tolist()
        [1, 2]
    """
    corners = people.boxes
    sides = np.concatenate([corners[:, :2], corners[:, 2:] - corners[:, :2]], axis=1)
    rows = cv2.dnn.NMSBoxes(sides.tolist(), people.scores.tolist(), 0.0, MAX_OVERLAP)
    return np.asarray(rows, dtype=np.int64).reshape(-1)
