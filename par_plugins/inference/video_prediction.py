"""Videos in, people with their tracks and attributes out, in bounded memory."""

import math
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import cv2
import numpy as np

from par_plugins.inference.attribute_inferencer import MIN_SIDE, AttributeInferencer
from par_plugins.inference.detectors import PersonBoxes, WholePicture, boxes_within
from par_plugins.inference.frame import Frame
from par_plugins.inference.load_model import PersonOutput
from par_plugins.inference.output_files import path_for_opencv
from par_plugins.inference.person_tracker import PersonTracker
from par_plugins.inference.tracks import TrackAttributes, TrackRecord
from par_plugins.inference.video_source import VideoSource
from par_plugins.structures import InputError, checked_number
from par_runtime.crops import crop
from par_runtime.records import PersonRecord, PictureRecord

FRAMES_AHEAD = 8
"""Frames that wait between two stages at most, and whose people go through the network together."""
LESS_OFTEN = 4
"""So many times the shortest interval are between two looks at most."""
DEFAULT_MIN_SCORE = 0.35
"""Of a detector that does not say its own."""


@dataclass
class VideoReport:
    """How far a video is.

    Attributes:
        frames: Done.
        total: That there will be, or None where nobody knows.
        broken: Frames that could not be read.
        people: Seen in all frames together.
        crops: That went through the network.
        stages: Seconds of work by stage; stages run beside each other.
        seconds: Since the beginning.
    """

    frames: int = 0
    total: int | None = None
    broken: int = 0
    people: int = 0
    crops: int = 0
    stages: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Frames a second."""
        return self.frames / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Until it is done, or None where nobody knows."""
        if self.total is None or not self.rate:
            return None
        return max(0, self.total - self.frames) / self.rate

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Count what happens inside as work of a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.stages[stage] = self.stages.get(stage, 0.0) + time.perf_counter() - began


@dataclass(frozen=True, eq=False)
class _Watched:
    """A frame whose people are known, and the inputs of those that are looked at."""

    frame: Frame
    people: PersonBoxes
    looked: Sequence[int]
    inputs: Sequence[dict[str, Any]]
    records: Sequence[PersonRecord]


class VideoPrediction:
    """People of one video: reading, detecting with tracking, and the network run in a thread each.

    Iterating gives each frame with its record, in order. People have the answers of their track so
    far; one who has no track yet has none. :meth:`tracks` says what was found of each person.
    Leaving the iteration, in whatever way, ends the threads.

    Args:
        inferencer: Network, rules and detector.
        source: The video.
        look_every: Seconds between two looks at a person at first; a track is not looked at in
            every frame, and the longer it lasts the less often: after four times as long at every
            quarter of its age, up to :data:`LESS_OFTEN` times as rarely.
        track: Whether to follow people. Without, everybody is looked at in every frame.
    """

    def __init__(
        self,
        inferencer: AttributeInferencer,
        source: VideoSource,
        *,
        look_every: float = 0.5,
        track: bool = True,
    ) -> None:
        self.inferencer, self.source = inferencer, source
        self.look_every = checked_number('look_every', look_every, at_least=0)
        self.rate, claimed = source.properties()
        self.rate /= source.every
        self.report = VideoReport(total=_frames_to_come(source, claimed, self.rate))
        self.whole, self.track = isinstance(inferencer.detector, WholePicture), track
        self._tracker: PersonTracker | None = None
        self._tracks: dict[int, TrackAttributes] = {}
        self._looks: dict[int, tuple[float, float]] = {}  # seconds of the first and the last
        self._stop = threading.Event()

    def __iter__(self) -> Iterator[tuple[Frame, PictureRecord]]:
        began = time.perf_counter()
        raw: queue.Queue[Any] = queue.Queue(FRAMES_AHEAD)
        watched: queue.Queue[Any] = queue.Queue(FRAMES_AHEAD)
        threads = [
            threading.Thread(target=self._run, args=work, daemon=True)
            for work in (
                (self._read, raw),
                (lambda: map(self._watch, _taken(raw, self._stop)), watched),
            )
        ]
        for thread in threads:
            thread.start()
        try:
            size = FRAMES_AHEAD if self.source.is_file else 1
            for together in _batches(_taken(watched, self._stop), size):
                with self.report.timed('attributes'):
                    records = self._answer(together)
                for item, record in zip(together, records, strict=True):
                    self.report.frames += 1
                    self.report.seconds = time.perf_counter() - began
                    yield item.frame, record
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(timeout=5)
            self.report.seconds = time.perf_counter() - began

    def tracks(self) -> list[TrackRecord]:
        """The people who were looked at, in the order of their numbers."""
        return [t.record() for _, t in sorted(self._tracks.items()) if t.crops]

    def _run(self, work: Callable[[], Iterator[Any]], out: queue.Queue[Any]) -> None:
        """Put what a stage gives into its queue, last of all how it ended."""
        ending: BaseException | None = None
        try:
            for item in work():
                if not _put(out, item, self._stop):
                    return
        except BaseException as error:  # raised again where the frames are used
            ending = error
        _put(out, _End(ending), self._stop)

    def _read(self) -> Iterator[Frame]:
        frames = self.source.frames(self._note_broken)
        while not self._stop.is_set():
            with self.report.timed('read'):
                frame = next(frames, None)
            if frame is None:
                return
            yield frame

    def _note_broken(self, number: int) -> None:
        self.report.broken += 1

    def _watch(self, frame: Frame) -> _Watched:
        """Find the people of a frame, say who they are, and cut out those to be looked at."""
        height, width = frame.image.shape[:2]
        with self.report.timed('detect'):
            people = self.inferencer.detector.detect(frame)
            people = boxes_within(people, height, width, min_side=MIN_SIDE)
        if self.whole:
            people = PersonBoxes(people.boxes, people.scores, np.zeros(len(people), np.int64))
        elif self.track and people.tracks is None:
            with self.report.timed('track'):
                people = self._tracker_in_use().update(people)
                people = boxes_within(people, height, width, min_side=MIN_SIDE)
        with self.report.timed('crops'):
            looked = self._chosen(people, frame.seconds)
            chosen = people.select(np.array(looked, np.int64))
            name = f'{frame.source}: frame {frame.number}'
            inputs, records = self.inferencer.prepare_people(frame.image, chosen, name)
        return _Watched(frame, people, looked, inputs, records)

    def _tracker_in_use(self) -> PersonTracker:
        if self._tracker is None:
            min_score = getattr(self.inferencer.detector, 'min_score', DEFAULT_MIN_SCORE)
            self._tracker = PersonTracker(min_score=min_score, frame_rate=self.rate)
        return self._tracker

    def _chosen(self, people: PersonBoxes, seconds: float) -> list[int]:
        """Rows of those who have not been looked at for a while."""
        if people.tracks is None:
            return list(range(len(people)))
        rows = []
        for row, track in enumerate(people.tracks.tolist()):
            if track < 0:
                continue
            first, last = self._looks.get(track, (seconds, -np.inf))
            pause = max(1.0, min((last - first) / (4 * self.look_every or 1), LESS_OFTEN))
            if seconds >= last + self.look_every * pause - 1e-6:
                self._looks[track] = first, seconds
                rows.append(row)
        return rows

    def _answer(self, together: Sequence[_Watched]) -> list[PictureRecord]:
        inputs = [one for item in together for one in item.inputs]
        rows = iter(self.inferencer.outputs_of(inputs))
        self.report.crops += len(inputs)
        return [self._record(item, [next(rows) for _ in item.inputs]) for item in together]

    def _record(self, item: _Watched, outputs: Sequence[PersonOutput]) -> PictureRecord:
        frame, people = item.frame, item.people
        self.report.people += len(people)
        ids = np.full(len(people), -1) if people.tracks is None else people.tracks
        looked = dict(zip(item.looked, zip(item.records, outputs, strict=True), strict=True))
        everybody = []
        for row, track in enumerate(ids.tolist()):
            person, seen = looked.get(row, (None, None))
            if track < 0:
                if person is not None and seen is not None:
                    (person,) = self.inferencer.answered([person], seen.probabilities[None])
            else:
                person = self._follow(frame, track, person, seen, people, row)
            box = tuple(map(float, people.boxes[row]))
            plain = PersonRecord(box, float(people.scores[row]), track)  # type: ignore[arg-type]
            everybody.append(person or plain)
        height, width = frame.image.shape[:2]
        return PictureRecord(frame.source, frame.number, frame.seconds, width, height, everybody)

    def _follow(
        self,
        frame: Frame,
        track: int,
        person: PersonRecord | None,
        output: PersonOutput | None,
        people: PersonBoxes,
        row: int,
    ) -> PersonRecord:
        known = self._tracks.get(track)
        if known is None:
            known = self._tracks[track] = TrackAttributes(self.inferencer.rule, frame.source, track)
        known.see(frame)
        if person is None or output is None:
            box = tuple(map(float, people.boxes[row]))
            person = PersonRecord(box, float(people.scores[row]), track)  # type: ignore[arg-type]
        else:
            target = self.inferencer.input_height
            known.look(
                frame,
                person,
                output.probabilities,
                embedding=output.embedding,
                weight=person.quality.weight(target) * person.score if person.quality else 1.0,
                image=crop(frame.image, people.boxes[row]),
            )
        return replace(person, attributes=known.answers)


@dataclass(frozen=True)
class _End:
    """What comes last in a queue."""

    error: BaseException | None


def _put(out: queue.Queue[Any], item: Any, stop: threading.Event) -> bool:
    while not stop.is_set():
        try:
            out.put(item, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False


def _taken(source: queue.Queue[Any], stop: threading.Event) -> Iterator[Any]:
    """What comes out of a queue until it ends, or all is to stop."""
    while not stop.is_set():
        try:
            item = source.get(timeout=0.1)
        except queue.Empty:
            continue
        if isinstance(item, _End):
            if item.error is not None:
                raise item.error
            return
        yield item


def _batches(frames: Iterator[_Watched], size: int) -> Iterator[list[_Watched]]:
    """Frames in groups of one size, so that two runs compute the same to the last digit."""
    together: list[_Watched] = []
    try:
        for frame in frames:
            together.append(frame)
            if len(together) == size:
                yield together
                together = []
    except InputError:
        if together:
            yield together
        raise
    if together:
        yield together


def _frames_to_come(source: VideoSource, claimed: int, rate: float) -> int | None:
    if not source.is_file:
        frames = math.inf if source.end is None else source.end * rate
        return round(frames) if math.isfinite(frames) else None
    if not claimed:
        return None
    whole = claimed / (rate * source.every)
    seconds = (whole if source.end is None else min(source.end, whole)) - source.start
    return round(max(0.0, seconds) * rate)


class VideoWriter:
    """Writes drawn frames to an ``.mp4`` file, which is whole whenever it is closed.

    Args:
        path: The file.
        rate: Frames a second.
    """

    def __init__(self, path: str | Path, rate: float) -> None:
        self.path, self.rate = Path(path), rate
        self._writer: cv2.VideoWriter | None = None
        self._size = (0, 0)
        self._written, self._began = 0, 0.0
        self._last: np.ndarray = np.zeros(0)

    def __enter__(self) -> 'VideoWriter':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.release()

    def add(self, image: np.ndarray, seconds: float) -> None:
        """Write a frame ``(H, W, 3)``; all have the size of the first.

        The file has one rate. Where frames are shown for unequal times they are written again
        until their time has come, or left out where several come at once.

        Raises:
            InputError: If no such file can be written.
        """
        size = image.shape[1], image.shape[0]
        if self._writer is None:
            self._size, self._began = size, seconds
            code = cv2.VideoWriter.fourcc(*'mp4v')
            self._writer = cv2.VideoWriter(path_for_opencv(self.path), code, self.rate, size)
            if not self._writer.isOpened():
                raise InputError(f'{self.path}: no video can be written there')
        whole: Any = image if size == self._size else cv2.resize(image, self._size)
        until = round((seconds - self._began) * self.rate) + 1
        for number in range(self._written, until):
            self._writer.write(whole if number == until - 1 else self._last)
        self._last, self._written = whole, max(self._written, until)
