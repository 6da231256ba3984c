"""What the page and the programs that ask are answered, without a word of HTTP."""

import base64
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from par_plugins.datasets.picture_file import decode_picture
from par_plugins.inference.attribute_inferencer import AttributeInferencer, reason_of
from par_plugins.inference.frame import Frame
from par_plugins.inference.heat_map import HeatMaps, draw_heat
from par_plugins.inference.tracks import TrackRecord, tracks_document
from par_plugins.inference.video_prediction import VideoPrediction
from par_plugins.inference.video_source import VideoSource
from par_plugins.structures import InputError
from par_plugins.web.gate import WebLimits
from par_runtime.crops import crop
from par_runtime.records import PictureRecord, records_text

SECONDS_BETWEEN_LINES = 0.25
"""Between two words on how far a video is."""


class WebAnswers:
    """Answers about uploads; safe in threads.

    Args:
        inferencer: Network, rule and detector.
        limits: Of pixels.
    """

    def __init__(self, inferencer: AttributeInferencer, limits: WebLimits) -> None:
        self.inferencer, self.limits = inferencer, limits
        self._weights = str(inferencer.loaded.source)
        self._heat_maps: HeatMaps | None = None
        self._making_heat_maps = threading.Lock()

    def public(self, text: str) -> str:
        """Return a message without the folder of the weights."""
        return text.replace(self._weights, Path(self._weights).name)

    def predict(
        self,
        uploads: Sequence[tuple[str, bytes]],
        *,
        thresholds: str | float | None = None,
        strictness: float = 0.0,
        form: str = 'json',
    ) -> str:
        """Answer about pictures as ``tools/predict.py`` writes it.

        Args:
            uploads: Names and contents.
            thresholds: See :meth:`AttributeInferencer.with_rule`.
            strictness: See there.
            form: See :func:`records_text`.

        Raises:
            InputError: If none of them can be read, or see :meth:`AttributeInferencer.with_rule`.
        """
        inferencer = self.inferencer
        if thresholds is not None or strictness:
            inferencer = inferencer.with_rule(thresholds, strictness)
        records: list[PictureRecord | None] = []
        frames, room = [], self.limits.pixels
        for name, content in uploads:
            try:
                image = decode_picture(content, name, max_pixels=max(1, room))
            except InputError as error:
                records.append(PictureRecord(name, error=reason_of(error, name)))
            else:
                room -= image.shape[0] * image.shape[1]
                frames.append(Frame(image, name))
                records.append(None)
        predicted = (prediction.record for prediction in inferencer.stream(frames))
        answered = [next(predicted) if record is None else record for record in records]
        if all(record.error is not None for record in answered):
            first = answered[0]
            raise InputError(f'{first.source}: {first.error}')
        about = {**inferencer.about, 'weights': self.public(self._weights)}
        return records_text(answered, inferencer.schema, about, form=form)

    def tracks(
        self,
        path: Path,
        name: str,
        *,
        every: int = 1,
        start: float = 0.0,
        end: float | None = None,
        look_every: float = 0.5,
        crops: bool = False,
        deadline: float = float('inf'),
    ) -> Iterator[dict[str, Any]]:
        """Follow the people of a video; what is wrong with it at once is said at once.

        Args:
            path: The video.
            name: What it is called in answers.
            every: See :class:`VideoSource`.
            start: See there.
            end: See there.
            look_every: See :class:`VideoPrediction`.
            crops: Whether the best crops come along, as addresses of the form ``data:``.
            deadline: Time (:func:`time.monotonic`) at which it must be over.

        Yields:
            ``frames`` done of ``total`` now and then; last of all what ``tools/predict.py`` writes.

        Raises:
            InputError: If it cannot be read, or takes too long.
        """
        try:
            source = VideoSource(str(path), every=every, start=start, end=end)
            prediction = VideoPrediction(self.inferencer, source, look_every=look_every)
        except InputError as error:
            raise InputError(str(error).replace(str(path), name)) from None
        return self._followed(prediction, path, name, crops=crops, deadline=deadline)

    def _followed(
        self, prediction: VideoPrediction, path: Path, name: str, *, crops: bool, deadline: float
    ) -> Iterator[dict[str, Any]]:
        said, report = time.monotonic(), prediction.report
        try:
            for _ in prediction:
                now = time.monotonic()
                if now > deadline:
                    raise InputError(
                        f'{name}: {report.frames} of {report.total or "?"} frames were done in the '
                        f'{self.limits.seconds:g} s that a request may take: send a shorter piece'
                    )
                if now >= said + SECONDS_BETWEEN_LINES:
                    said = now
                    yield {'frames': report.frames, 'total': report.total}
        except InputError as error:
            raise InputError(str(error).replace(str(path), name)) from None
        if not report.frames:
            raise InputError(f'{name}: no frame of it can be read in this stretch of time')
        tracks = [replace(track, source=name) for track in prediction.tracks()]
        document = tracks_document(tracks, self.inferencer.schema)
        if crops:
            _add_crops(document, tracks)
        yield document

    def heat_map(
        self, upload: tuple[str, bytes], box: Sequence[float], attribute: str, value: str | None
    ) -> bytes:
        """Draw where the network looks for an attribute of a person, as PNG.

        Args:
            upload: Name and content of the picture.
            box: See :class:`HeatMaps`.
            attribute: See there.
            value: See there.

        Raises:
            InputError: If the picture cannot be read, or see there.
        """
        with self._making_heat_maps:
            if self._heat_maps is None:
                self._heat_maps = HeatMaps(self.inferencer)
        name, content = upload
        image = decode_picture(content, name, max_pixels=self.limits.pixels)
        heat = self._heat_maps(image, box, attribute, value)
        return _encoded(draw_heat(crop(image, np.array(box)), heat), '.png')

    def model(self) -> dict[str, Any]:
        """Tell what is known of the network's answers, attribute by attribute."""
        rule, schema = self.inferencer.rule, self.inferencer.schema
        columns: dict[str, Any] = {'threshold': rule.thresholds, 'prior': rule.known.priors}
        if expected := rule.known.rules.get(rule.name):
            columns |= {'precision': expected.precision, 'recall': expected.recall}
        exclusive = {c for members in schema.exclusive_sets.values() for c in members}
        rows = [
            {
                'name': attribute.name,
                'group': attribute.group,
                'values': attribute.values,
                'one_of': column in exclusive,
                'band': [_known(limit) for limit in rule.bands[column]],
                **{name: _known(numbers[column]) for name, numbers in columns.items()},
            }
            for column, attribute in enumerate(schema.attributes)
        ]
        return {
            'weights': self.public(self._weights),
            'rule': rule.name,
            'detector': type(self.inferencer.detector).__name__,
            'heat_maps': HeatMaps.possible(self.inferencer),
            'smallest_height': rule.known.smallest_height,
            'least_sharpness': rule.known.least_sharpness,
            'attributes': rows,
        }


def _add_crops(document: dict[str, Any], tracks: Sequence[TrackRecord]) -> None:
    for plain, track in zip(document['tracks'], tracks, strict=True):
        for best, sighting in zip(plain['best'], track.best, strict=True):
            jpeg = base64.b64encode(_encoded(sighting.image, '.jpg')).decode()
            best['image'] = f'data:image/jpeg;base64,{jpeg}'


def _encoded(image: np.ndarray, suffix: str) -> bytes:
    _, encoded = cv2.imencode(suffix, image)
    return encoded.tobytes()


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
