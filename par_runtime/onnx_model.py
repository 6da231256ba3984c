"""Attributes of people by an exported network: NumPy, OpenCV and onnxruntime are all it needs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from par_runtime.answers import Answer, AnswerRule
from par_runtime.attribute_schema import AttributeSchema
from par_runtime.input_error import InputError
from par_runtime.onnx_session import open_session

METADATA_KEY = 'par_plugins'
"""Of the file's metadata: one JSON document."""
INTERPOLATIONS = {
    'nearest': cv2.INTER_NEAREST,
    'bilinear': cv2.INTER_LINEAR,
    'bicubic': cv2.INTER_CUBIC,
    'area': cv2.INTER_AREA,
    'lanczos': cv2.INTER_LANCZOS4,
}
Images = NDArray[np.uint8]
Numbers = NDArray[np.float32]


class OnnxAttributeModel:
    """A network that ``par export`` has written.

    Example::

        model = OnnxAttributeModel('model.onnx')
        picture = cv2.cvtColor(cv2.imread('person.jpg'), cv2.COLOR_BGR2RGB)
        model.answer([picture])[0]['Hat'].value

    Args:
        path: The file.
        threads: That compute; None takes the number of cores.

    Attributes:
        schema: The attributes.
        metadata: What the file says of itself: ``schema``, ``answer_rules`` (thresholds, priors,
            calibration, limits of size), ``operating_points``, ``pipeline``, ``input_size`` (width,
            height), ``resize_inside``, ``precision``, ``versions``.
        source: The file, for messages.

    Raises:
        InputError: If it is no such file, or onnxruntime is not installed.
    """

    def __init__(self, path: str | Path, *, threads: int | None = None) -> None:
        self.source = str(path)
        self._session = open_session(path, threads=threads)
        written = self._session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
        if written is None:
            raise InputError(
                f'{path}: does not say which attributes it predicts: it was not written by par '
                'export'
            )
        try:
            self.metadata: dict[str, Any] = json.loads(written)
            self.schema = AttributeSchema.from_dict(self.metadata['schema'])
            self.input_size = checked_size(self.metadata['input_size'])
            self.resize_inside = bool(self.metadata['resize_inside'])
            self.pipeline: list[Mapping[str, Any]] = list(self.metadata['pipeline'])
            check_pipeline(self.pipeline)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InputError(f'{path}: its metadata are damaged ({error})') from error
        self._input = self._session.get_inputs()[0].name
        outputs = {output.name: output.shape for output in self._session.get_outputs()}
        if not {'probabilities', 'embedding'} <= set(outputs):
            raise InputError(f'{path}: its outputs are {", ".join(outputs)}, not probabilities')
        if outputs['probabilities'][-1] != self.schema.num_logits:
            raise InputError(
                f'{path}: {outputs["probabilities"][-1]} outputs, but the schema packs '
                f'{len(self.schema)} attributes into {self.schema.num_logits}'
            )
        self._num_features = outputs['embedding'][-1]

    def predict(self, images: Sequence[Images], *, batch_size: int = 32) -> tuple[Numbers, Numbers]:
        """Predict pictures of people.

        Args:
            images: ``(H, W, 3)`` uint8 each, red first, of one person.
            batch_size: Pictures that go through the network together. One that resizes by itself
                takes them one by one.

        Returns:
            Packed probabilities ``(N, C)`` and embeddings ``(N, D)``.

        Raises:
            InputError: If one is no such picture.
        """
        if batch_size < 1:
            raise InputError(f'batch_size must be at least 1, got {batch_size}')
        step = 1 if self.resize_inside else batch_size
        probabilities = [np.empty((0, self.schema.num_logits), np.float32)]
        embeddings = [np.empty((0, self._num_features), np.float32)]
        for start in range(0, len(images), step):
            batch = [
                self.prepared(image, f'image {start + row}')
                for row, image in enumerate(images[start : start + step])
            ]
            of_batch = self.run(np.stack(batch))
            probabilities.append(of_batch[0])
            embeddings.append(of_batch[1])
        return np.concatenate(probabilities), np.concatenate(embeddings)

    def answer(
        self, images: Sequence[Images], *, rule: AnswerRule | None = None, batch_size: int = 32
    ) -> list[dict[str, Answer]]:
        """Answer about pictures of people.

        Args:
            images: See :meth:`predict`.
            rule: Which thresholds; None takes what the file was stored with.
            batch_size: See :meth:`predict`.

        Returns:
            For each the answers by name of the attribute.
        """
        rule = rule or AnswerRule.of_checkpoint(self.metadata, self.schema, source=self.source)
        probabilities, _ = self.predict(images, batch_size=batch_size)
        heights = np.array([len(image) for image in images], float)
        table = rule.answer(probabilities, heights)
        return [table.of_person(row) for row in range(len(table))]

    def prepared(self, image: Images, name: str) -> Images:
        """Bring a picture to the form that the network takes.

        Args:
            image: See :meth:`predict`.
            name: For messages.
        """
        if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or not image.size:
            what = f'{image.dtype} {image.shape}' if isinstance(image, np.ndarray) else type(image)
            raise InputError(f'{name}: expected pixels as uint8 (H, W, 3), got {what}')
        if image.ndim != 3 or image.shape[2] != 3:
            raise InputError(f'{name}: expected pixels as uint8 (H, W, 3), got {image.shape}')
        if self.resize_inside:
            return image
        for step in self.pipeline:
            if step['type'] == 'Resize':
                image = resized(image, step)
        return image

    def run(self, images: Images) -> tuple[Numbers, Numbers]:
        """Run the network on prepared pictures ``(N, H, W, 3)``; see :meth:`predict`."""
        try:
            outputs = self._session.run(['probabilities', 'embedding'], {self._input: images})
        except Exception as error:  # onnxruntime has an error of its own for each thing
            reason = ' '.join(str(error).split())
            raise InputError(
                f'{self.source}: fails on pictures {images.shape} ({reason})'
            ) from error
        return outputs[0], outputs[1]


def resized(image: Images, step: Mapping[str, Any]) -> Images:
    """Resize a picture as a step of the pipeline says.

    Args:
        image: ``(H, W, 3)``.
        step: ``scale`` (width, height) and ``interpolation``.
    """
    how = INTERPOLATIONS[step.get('interpolation', 'bilinear')]
    return np.asarray(cv2.resize(image, tuple(step['scale']), interpolation=how), np.uint8)


def check_pipeline(steps: Sequence[Mapping[str, Any]]) -> None:
    """Refuse steps between reading a picture and the network that are not known here.

    ``CropBox`` leaves a picture of one person as it is.

    Args:
        steps: Transforms by ``type``, as in a config's test pipeline.

    Raises:
        InputError: Naming the first.

    Example:
        >>> check_pipeline([{'type': 'Resize', 'scale': [64, 128]}])
    """
    for step in steps:
        name, settings = step['type'], {**step}
        if name == 'Resize':
            checked_size(settings.get('scale', ()))
            refused = {'keep_ratio': False, 'backend': 'cv2'}
            others = [key for key, known in refused.items() if settings.get(key, known) != known]
            if others:
                raise InputError(f'Resize of the pipeline has {others[0]}={settings[others[0]]!r}')
            if settings.get('interpolation', 'bilinear') not in INTERPOLATIONS:
                raise InputError(f'Resize of the pipeline by {settings["interpolation"]!r}')
        elif name != 'CropBox':
            raise InputError(
                f'the pipeline has {name}: an exported network is fed by Resize and CropBox alone'
            )


def checked_size(size: Sequence[int]) -> tuple[int, int]:
    """Return a width and a height, or refuse what is none."""
    if len(size) != 2 or not all(isinstance(side, int) and 0 < side <= 8192 for side in size):
        raise InputError(f'the size {list(size)} is no width and height in pixels')
    return size[0], size[1]
