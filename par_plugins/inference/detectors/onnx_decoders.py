"""What exported detectors want as input, and how their outputs become boxes of people.

A decoder is one description (:class:`OnnxDecoder`): size handling, channels, mean and deviation in
front of the network, and a function behind it. Boxes come out in pixels of the network's input.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from par_plugins.inference.detectors.person_detector import PersonBoxes
from par_plugins.structures import InputError

Outputs = Sequence[np.ndarray]


@dataclass(frozen=True)
class OnnxDecoder:
    """How to use an exported detector.

    Attributes:
        decode: Boxes and scores of the person class, before suppression, from the network's outputs
            and the height and width of its input.
        fits: Whether outputs of these shapes are of this kind.
        mean: Subtracted from each channel.
        std: Each channel is divided by it.
        rgb: Whether the network wants red first.
        keep_ratio: Whether the picture is padded (value 114) rather than stretched.
        suppress: Whether overlapping boxes are still to be suppressed.
    """

    decode: Callable[[Outputs, tuple[int, int]], PersonBoxes]
    fits: Callable[[Sequence[tuple[int, ...]]], bool]
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    rgb: bool = False
    keep_ratio: bool = True
    suppress: bool = True

    def prepare(self, image: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Make the network's input.

        Args:
            image: ``(H, W, 3)`` uint8, blue first.
            size: Height and width of the input.

        Returns:
            ``(1, 3, height, width)`` float32, and the factors from its pixels to those of the
            image (x, y).
        """
        height, width = size
        scale = np.array([width / image.shape[1], height / image.shape[0]])
        if self.keep_ratio:
            scale[:] = scale.min()
        target = np.maximum(1, np.round(scale * image.shape[1::-1])).astype(int)
        resized = cv2.resize(image, (int(target[0]), int(target[1])))
        canvas = np.full((height, width, 3), 114, np.uint8)
        canvas[: target[1], : target[0]] = resized
        values = canvas[:, :, ::-1] if self.rgb else canvas
        mean, std = np.array(self.mean, np.float32), np.array(self.std, np.float32)
        scaled = (values.astype(np.float32) - mean) / std
        back = np.array(image.shape[1::-1]) / target
        return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None]), back


def _decode_nanodet(outputs: Outputs, size: tuple[int, int]) -> PersonBoxes:
    """NanoDet: a level a stride; sides as distributions over bins (generalised focal loss)."""
    classes, sides = _nanodet_levels([output.shape for output in outputs])
    boxes, scores = [], []
    for class_level, side_level in zip(classes, sides, strict=True):
        score = outputs[class_level][0, :, 0]
        cells = len(score)
        stride = round((size[0] * size[1] / cells) ** 0.5)
        columns = -(-size[1] // stride)
        index = np.arange(cells)
        centres = (np.stack([index % columns, index // columns], axis=1) + 0.5) * stride
        logits = outputs[side_level][0].reshape(cells, 4, -1)
        shares = np.exp(logits - logits.max(axis=2, keepdims=True))
        shares /= shares.sum(axis=2, keepdims=True)
        distance = shares @ np.arange(logits.shape[2], dtype=np.float32) * stride
        boxes.append(np.concatenate([centres - distance[:, :2], centres + distance[:, 2:]], axis=1))
        scores.append(score)
    return PersonBoxes(np.concatenate(boxes).astype(np.float32), np.concatenate(scores))


def _nanodet_levels(shapes: Sequence[tuple[int, ...]]) -> tuple[list[int], list[int]]:
    """Which outputs are class scores and which are sides, both from the finest level on."""
    three = [i for i, shape in enumerate(shapes) if len(shape) == 3]
    classes = sorted((i for i in three if shapes[i][2] == 80), key=lambda i: -shapes[i][1])
    sides = sorted((i for i in three if shapes[i][2] in (32, 44)), key=lambda i: -shapes[i][1])
    return classes, sides


def _is_nanodet(shapes: Sequence[tuple[int, ...]]) -> bool:
    classes, sides = _nanodet_levels(shapes)
    return (
        len(classes) >= 2
        and len(classes) + len(sides) == len(shapes)
        and [shapes[i][1] for i in classes] == [shapes[i][1] for i in sides]
    )


def _decode_yolox(outputs: Outputs, size: tuple[int, int]) -> PersonBoxes:
    """YOLOX: (cx, cy, log w, log h) in strides of 8, 16, 32, objectness, classes."""
    rows = outputs[0][0]
    centres, strides = [], []
    for stride in (8, 16, 32):
        down, across = size[0] // stride, size[1] // stride
        y, x = np.divmod(np.arange(down * across), across)
        centres.append(np.stack([x, y], axis=1))
        strides.append(np.full(down * across, stride))
    if sum(map(len, strides)) != len(rows):
        raise InputError(
            f'YOLOX at {size[0]}x{size[1]} has {sum(map(len, strides))} cells of strides 8, 16 and '
            f'32, but the network gives {len(rows)}'
        )
    of_row = np.concatenate(strides)[:, None].astype(np.float32)
    middle = (rows[:, :2] + np.concatenate(centres)) * of_row
    half = np.exp(rows[:, 2:4]) * of_row / 2
    boxes = np.concatenate([middle - half, middle + half], axis=1)
    return PersonBoxes(boxes.astype(np.float32), rows[:, 4] * rows[:, 5])


def _is_yolox(shapes: Sequence[tuple[int, ...]]) -> bool:
    return len(shapes) == 1 and len(shapes[0]) == 3 and shapes[0][2] == 85


def _decode_suppressed(outputs: Outputs, size: tuple[int, int]) -> PersonBoxes:
    """mmdeploy's end-to-end form: boxes with scores ``(1, N, 5)`` and class numbers ``(1, N)``."""
    rows, classes = sorted((output[0] for output in outputs[:2]), key=lambda o: -o.ndim)
    person = classes == 0
    return PersonBoxes(rows[person, :4].astype(np.float32), rows[person, 4].astype(np.float32))


def _is_suppressed(shapes: Sequence[tuple[int, ...]]) -> bool:
    return (
        len(shapes) >= 2
        and sorted(map(len, shapes[:2])) == [2, 3]
        and any(shape[-1] == 5 for shape in shapes[:2])
    )


DECODERS: Mapping[str, OnnxDecoder] = {
    'nanodet': OnnxDecoder(
        _decode_nanodet,
        _is_nanodet,
        mean=(103.53, 116.28, 123.675),
        std=(57.375, 57.12, 58.395),
        keep_ratio=False,
    ),
    'yolox': OnnxDecoder(_decode_yolox, _is_yolox),
    'end2end': OnnxDecoder(
        _decode_suppressed,
        _is_suppressed,
        mean=(123.675, 116.28, 103.53),
        std=(58.395, 57.12, 57.375),
        rgb=True,
        suppress=False,
    ),
}
"""The decoders by the name that a detector's specification says."""
