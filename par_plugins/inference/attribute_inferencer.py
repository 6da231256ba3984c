"""From pictures of people to their attributes, in one line."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import cv2
import numpy as np
import torch
from mmengine.config import Config, ConfigDict
from mmengine.infer import BaseInferencer
from mmengine.registry import FUNCTIONS
from mmpretrain.structures import DataSample

from par_plugins.inference.detectors import (
    PersonBoxes,
    PersonDetector,
    WholePicture,
    boxes_within,
    build_person_detector,
)
from par_plugins.inference.drawing import draw_people
from par_plugins.inference.frame import Frame
from par_plugins.inference.load_model import LoadedModel, PersonOutput, load_model
from par_plugins.inference.load_onnx_model import LoadedOnnxModel, load_onnx_model
from par_plugins.inference.model_source import find_model
from par_plugins.inference.output_files import unique_names, write_picture
from par_plugins.inference.person_pipeline import PersonPipeline
from par_plugins.inference.pictures import NOT_A_PICTURE, list_files
from par_plugins.structures import AttributeSchema, InputError, checked_number
from par_runtime.answers import STORED, AnswerRule
from par_runtime.crops import quality_of
from par_runtime.installed_files import starter_path
from par_runtime.records import PersonRecord, PictureRecord, open_records

MIN_SIDE = 2
"""Boxes of which less than so many pixels are in the picture are left out."""
Item = TypeVar('Item')
Made = TypeVar('Made')


@dataclass(eq=False)
class PicturePrediction:
    """A picture on its way through the network.

    Attributes:
        record: What is said of it; its people have answers when :attr:`done`.
        image: Its pixels, while they are needed.
        inputs: Of the network, one for each person.
        samples: What the network has filled in, one for each person when :attr:`done`.
    """

    record: PictureRecord
    image: np.ndarray | None = None
    inputs: list[dict[str, Any]] = field(default_factory=list)
    samples: list[DataSample] = field(default_factory=list)

    @property
    def done(self) -> bool:
        """Whether all its people have been predicted."""
        return len(self.samples) == len(self.record.people)


class AttributeInferencer(BaseInferencer):
    """Attributes of the people in pictures.

    Example::

        inferencer = AttributeInferencer('work_dirs/demo/config.py', 'work_dirs/demo/best.pth')
        person = inferencer('crops/')['predictions'][0]['people'][0]
        person['attributes']['Hat']  # {'value': True, 'confidence': 0.93, ...}

    Args:
        model: A config, or its path; without weights a released folder or the name of a released
            model, see :func:`find_model`, or an ``.onnx`` file of ``par export``. Its own test
            pipeline is used; no dataset, annotation or work directory is needed. None takes the
            starter, a small network for pedestrians that comes with the package.
        weights: A checkpoint; it must have every weight, and says which attributes these are.
        device: Where the network runs; None takes the fastest there is. An ``.onnx`` file runs
            where its onnxruntime does.
        scope: See :class:`mmengine.infer.BaseInferencer`.
        show_progress: Whether to show how far it is.
        thresholds: See :meth:`AnswerRule.of_checkpoint`.
        strictness: See there.
        detector: Which finds people: see ``build_person_detector``, or an object with ``detect``.
            ``none`` takes a picture for one person.
        min_score: Of the detector's boxes; None takes its default.
        padding: See :class:`PersonPipeline`; in [0, 2].
        num_workers: Threads that read, detect and prepare while the network runs.
        allow_urls: Whether pictures may be fetched from the net.

    Raises:
        InputError: If anything of this is missing or does not fit.
    """

    visualize_kwargs: ClassVar[set[str]] = {'show', 'wait_time', 'return_vis', 'out_dir'}

    def __init__(
        self,
        model: str | Path | Config | ConfigDict | Mapping[str, Any] | None = None,
        weights: str | Path | None = None,
        *,
        device: str | None = None,
        scope: str | None = None,
        show_progress: bool = False,
        thresholds: str | float | Mapping[str, float] = STORED,
        strictness: float = 0.0,
        detector: str | PersonDetector = 'none',
        min_score: float | None = None,
        padding: float = 0.0,
        num_workers: int | None = None,
        allow_urls: bool = False,
    ) -> None:
        if model is None and weights is None:
            model = starter_path()
        self._exported: LoadedOnnxModel | None = None
        if isinstance(model, str | Path):
            if Path(model).suffix == '.onnx':
                if weights is not None:
                    raise InputError(f'{model} has weights of its own, but {weights} is given too')
                self._exported = load_onnx_model(model)
                weights, model = str(model), self._exported.config
            else:
                found, weights = find_model(model, weights)
                model = found  # a config, which is no path any more
        if model is None or weights is None:
            missing = 'weights: a checkpoint' if weights is None else 'model: a config'
            raise InputError(f'{missing} is needed to predict with')
        self.padding = checked_number('padding', padding, at_least=0, at_most=2)
        if num_workers is not None:
            checked_number('num_workers', num_workers, at_least=1, whole=True)
        check_device(device)
        super().__init__(model, str(weights), device, scope, show_progress)
        self.rule = self._rule_of(thresholds, strictness)
        self._thresholds = self.rule.name if isinstance(thresholds, str) else thresholds
        self.detector_name = detector if isinstance(detector, str) else type(detector).__name__
        self.detector: PersonDetector = (
            build_person_detector(detector, device=str(self.device), min_score=min_score)
            if isinstance(detector, str)
            else detector
        )
        self.num_workers = num_workers or min(4, os.cpu_count() or 1)
        self.allow_urls = allow_urls

    def with_rule(
        self,
        thresholds: str | float | Mapping[str, float] | None = None,
        strictness: float = 0.0,
    ) -> 'AttributeInferencer':
        """Return one with the same network and detector that answers by another rule.

        Args:
            thresholds: See :meth:`AnswerRule.of_checkpoint`; None keeps those of this one.
            strictness: See there.

        Raises:
            InputError: See there.
        """
        other = copy(self)
        other.rule = self._rule_of(
            self._thresholds if thresholds is None else thresholds, strictness
        )
        return other

    def _rule_of(
        self, thresholds: str | float | Mapping[str, float], strictness: float
    ) -> AnswerRule:
        return AnswerRule.of_checkpoint(
            self.loaded.meta,
            self.loaded.schema,
            source=self.loaded.source,
            thresholds=thresholds,
            strictness=strictness,
        )

    @property
    def schema(self) -> AttributeSchema:
        """The attributes."""
        return self.rule.schema

    @property
    def device(self) -> torch.device:
        """Where the network runs."""
        return self.loaded.device

    @cached_property
    def input_height(self) -> int:
        """Of the network's input, in pixels."""
        grey = np.zeros((64, 32, 3), np.uint8)
        prepared = self._pipeline.prepare(grey, np.array([0.0, 0, 32, 64]), 'a grey picture')
        return int(prepared['inputs'].shape[-2])

    def __call__(
        self,
        inputs: Any,
        return_datasamples: bool = False,
        batch_size: int = 32,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Predict pictures.

        Args:
            inputs: A path, a folder, a pattern, pixels ``(H, W, 3)`` in the order blue, green, red,
                or several of these.
            return_datasamples: Whether predictions are the network's samples rather than plain
                data.
            batch_size: People that go through the network together, of whatever pictures.
            **kwargs: ``show`` the drawn pictures in a window, for ``wait_time`` seconds each (0:
                until a key is pressed); ``return_vis``: give them back; ``out_dir``: a folder for
                them (``drawn``) and the predictions (``predictions.json``).

        Returns:
            ``predictions``: for each picture a dict, see ``PictureRecord`` (or the list of its
            people's samples); one that cannot be read has ``error``. ``visualization``: the drawn
            pictures, or None. ``skipped``: files that are no pictures or cannot be read.

        Raises:
            InputError: If there is no such input.
        """
        _, _, drawn, _ = self._dispatch_kwargs(**kwargs)
        items, skipped = self._listed(inputs)
        keep = bool(drawn.get('show') or drawn.get('return_vis') or drawn.get('out_dir'))
        predictions = list(self.stream(items, batch_size, keep_images=keep))
        visualization = self.visualize(items, predictions, **drawn)
        if out_dir := drawn.get('out_dir'):
            with open_records(Path(out_dir, 'predictions.json'), self.schema, self.about) as file:
                for prediction in predictions:
                    file.add(prediction.record)
                for path in skipped:
                    file.skip(path, NOT_A_PICTURE)
        results = self.postprocess(predictions, visualization, return_datasamples)
        results['skipped'] = [
            *({'source': path, 'reason': NOT_A_PICTURE} for path in skipped),
            *(
                {'source': p.record.source, 'reason': p.record.error}
                for p in predictions
                if p.record.error is not None
            ),
        ]
        return results

    def stream(
        self, inputs: Iterable[Any], batch_size: int = 32, *, keep_images: bool = False
    ) -> Iterator[PicturePrediction]:
        """Predict pictures one after another, in their order; memory does not grow with them.

        Args:
            inputs: Paths, pixels or :class:`Frame`.
            batch_size: See :meth:`__call__`.
            keep_images: Whether each prediction comes with its pixels.
        """
        if batch_size < 1:
            raise InputError(f'batch_size must be at least 1, got {batch_size}')
        waiting: deque[PicturePrediction] = deque()
        batch: list[tuple[PicturePrediction, int]] = []
        ready = prefetched(
            self._prepare, enumerate(inputs), threads=self.num_workers, ahead=batch_size
        )
        for picture in ready:
            if not keep_images:
                picture.image = None
            waiting.append(picture)
            for row in range(len(picture.inputs)):
                batch.append((picture, row))
                if len(batch) == batch_size:
                    self._predict(batch)
                    batch = []
            while waiting and waiting[0].done:
                yield waiting.popleft()
        if batch:
            self._predict(batch)
        yield from waiting

    def outputs_of(self, inputs: Sequence[dict[str, Any]]) -> list[PersonOutput]:
        """What the network says of prepared people."""
        return self.loaded.outputs(self.forward(self.collate_fn(list(inputs)))) if inputs else []

    def forward(self, inputs: Any, **kwargs: Any) -> list[DataSample]:
        """Predict a collated batch."""
        return self.loaded.predict(inputs)

    def visualize(
        self,
        inputs: list[Any],
        preds: Sequence[PicturePrediction],
        show: bool = False,
        wait_time: float = 0,
        return_vis: bool = False,
        out_dir: str | Path = '',
    ) -> list[np.ndarray] | None:
        """Draw the people of every picture; see :meth:`__call__`."""
        if not (show or return_vis or out_dir):
            return None
        drawn = [draw_people(p.image, p.record, self.schema) for p in preds if p.image is not None]
        named = [p.record.source for p in preds if p.image is not None]
        if out_dir:
            folder = Path(out_dir, 'drawn')
            folder.mkdir(parents=True, exist_ok=True)
            for name, image in zip(unique_names(named, '.png'), drawn, strict=True):
                write_picture(folder / name, image)
        if show:
            for name, image in zip(named, drawn, strict=True):
                try:
                    cv2.imshow(name, image)
                    cv2.waitKey(round(1000 * wait_time))
                except cv2.error as error:
                    raise InputError(
                        'show: no window can be opened here; out_dir writes the pictures'
                    ) from error
        return drawn if return_vis else None

    def postprocess(
        self,
        preds: Sequence[PicturePrediction],
        visualization: list[np.ndarray] | None,
        return_datasamples: bool = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Give plain data, or samples."""
        predictions = [
            prediction.samples if return_datasamples else prediction.record.to_dict()
            for prediction in preds
        ]
        return {'predictions': predictions, 'visualization': visualization}

    @property
    def about(self) -> dict[str, Any]:
        """What a document of predictions says of where they are from."""
        known = self.rule.known.rules.get(self.rule.name)
        expected = {}
        if known is not None:
            expected = {
                name: {'precision': _known(precision), 'recall': _known(recall)}
                for name, precision, recall in zip(
                    self.schema.names, known.precision.tolist(), known.recall.tolist(), strict=True
                )
            }
        return {'weights': self.loaded.source, 'rule': self.rule.name, 'expected': expected}

    def _init_model(self, cfg: Any, weights: Any, device: str = 'cpu') -> Any:
        self.loaded: LoadedModel = self._exported or load_model(cfg, weights, device)
        return self.loaded.model

    def _init_pipeline(self, cfg: Any) -> Callable[..., Any]:
        self._pipeline = PersonPipeline(cfg, self.padding)
        return self._pipeline.prepare

    def _init_collate(self, cfg: Any) -> Callable[..., Any]:
        settings = dict((cfg.get('test_dataloader') or {}).get('collate_fn') or {})
        collate: Callable[..., Any] = FUNCTIONS.get(settings.get('type', 'pseudo_collate'))
        return collate

    def _init_visualizer(self, cfg: Any) -> None:
        """Drawing needs none."""

    def _listed(self, inputs: Any) -> tuple[list[Any], list[str]]:
        """Pictures and pixels in the order given, and files that are no pictures."""
        several = inputs if isinstance(inputs, list | tuple) else [inputs]
        items: list[Any] = []
        skipped: list[str] = []
        for item in several:
            if isinstance(item, np.ndarray | Frame) or (
                isinstance(item, str) and '://' in item and self.allow_urls
            ):
                items.append(item)
            elif isinstance(item, str | Path):
                listing = list_files(item)
                items += listing.pictures
                skipped += [*listing.skipped, *listing.videos]
            else:
                raise InputError(f'{type(item).__name__} is no picture, path or array')
        return items, skipped

    def _prepare(self, numbered: tuple[int, Any]) -> PicturePrediction:
        """Read a picture, find its people and make their inputs; in a thread."""
        number, item = numbered
        frame = item if isinstance(item, Frame) else None
        name = frame.source if frame else str(item) if not _is_array(item) else f'image {number}'
        whole = isinstance(self.detector, WholePicture)
        try:
            image = self._pipeline.read(
                frame.image if frame else item if _is_array(item) else name, name, whole=whole
            )
            frame = replace(frame, image=image) if frame else Frame(image, name)
            height, width = image.shape[:2]
            people = self.detector.detect(frame)
            people = boxes_within(people, height, width, min_side=MIN_SIDE)
            inputs, records = self.prepare_people(image, people, name)
        except InputError as error:
            return PicturePrediction(PictureRecord(name, error=reason_of(error, name)))
        record = PictureRecord(name, frame.number, frame.seconds, width, height, records)
        return PicturePrediction(record, image, inputs)

    def prepare_people(
        self, image: np.ndarray, people: PersonBoxes, name: str
    ) -> tuple[list[dict[str, Any]], list[PersonRecord]]:
        """Make the network's inputs of people in a picture; safe in threads.

        Args:
            image: ``(H, W, 3)`` uint8, blue first.
            people: Boxes within it.
            name: Of the picture, for messages.

        Returns:
            An input and a record without answers for each.
        """
        whole = isinstance(self.detector, WholePicture)
        inputs, records = [], []
        tracks = np.full(len(people), -1) if people.tracks is None else people.tracks
        for box, score, track in zip(people.boxes, people.scores, tracks, strict=True):
            inputs.append(self._pipeline.prepare(image, None if whole else box, name))
            quality = quality_of(image, box, inputs[-1]['inputs'].shape[-2])
            corners = tuple(map(float, box))
            records.append(PersonRecord(corners, float(score), int(track), quality))  # type: ignore[arg-type]
        return inputs, records

    def _predict(self, batch: list[tuple[PicturePrediction, int]]) -> None:
        samples = self.forward(self.collate_fn([picture.inputs[row] for picture, row in batch]))
        probabilities = self.loaded.probabilities(samples).numpy()
        people = [picture.record.people[row] for picture, row in batch]
        answered = self.answered(people, probabilities)
        for (picture, row), person, sample in zip(batch, answered, samples, strict=True):
            picture.inputs[row] = {}
            picture.samples.append(sample)
            everybody = list(picture.record.people)
            everybody[row] = person
            picture.record = replace(picture.record, people=everybody)

    def answered(
        self, people: Sequence[PersonRecord], probabilities: np.ndarray
    ) -> list[PersonRecord]:
        """Give people the answers of their probabilities ``(N, C)``."""
        qualities = [person.quality for person in people]
        table = self.rule.answer(
            probabilities,
            np.array([q.height * (1 + self.padding) if q else np.inf for q in qualities]),
            np.array([q.sharpness if q else np.inf for q in qualities]),
        )
        return [
            replace(person, attributes=table.of_person(row)) for row, person in enumerate(people)
        ]


def prefetched(
    make: Callable[[Item], Made], items: Iterable[Item], *, threads: int, ahead: int
) -> Iterator[Made]:
    """Make things in threads, in their order, a bounded number ahead of their use.

    Args:
        make: Of an item.
        items: Taken one after another as there is room.
        threads: That work.
        ahead: Things that are made or being made while one is used.
    """
    source = iter(items)
    pool = ThreadPoolExecutor(threads, thread_name_prefix='prepare')
    try:
        made: deque[Future[Made]] = deque(
            pool.submit(make, item) for item in islice(source, ahead + threads)
        )
        while made:
            result = made.popleft().result()
            made.extend(pool.submit(make, item) for item in islice(source, 1))
            yield result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def check_device(device: str | None) -> None:
    """Refuse a device that is none or is not there.

    Args:
        device: As torch names it; None is the fastest there is.

    Raises:
        InputError: See above.

    Example:
        >>> check_device('gpu')
        Traceback (most recent call last):
        par_runtime.input_error.InputError: device 'gpu' cannot be used here
    """
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:  # torch's without CUDA asserts
        raise InputError(f'device {device!r} cannot be used here') from error


def reason_of(error: Exception, source: str) -> str:
    """What is wrong, without the source that it is said of.

    Example:
        >>> reason_of(InputError('a.jpg: not a readable image'), 'a.jpg')
        'not a readable image'
    """
    return str(error).removeprefix(f'{source}: ')


def _is_array(item: Any) -> bool:
    return isinstance(item, np.ndarray)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
