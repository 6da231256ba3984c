"""Pictures and videos of a command line, from files to files."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from par_plugins.inference.attribute_inferencer import (
    AttributeInferencer,
    PicturePrediction,
    unique_names,
)
from par_plugins.inference.drawing import draw_people
from par_plugins.inference.pictures import list_files
from par_plugins.inference.tracks import TrackRecord, write_tracks
from par_plugins.inference.video_prediction import VideoPrediction, VideoReport, VideoWriter
from par_plugins.inference.video_source import VideoSource
from par_plugins.structures import InputError
from par_runtime.crops import crop
from par_runtime.records import FORMATS, PictureRecord, open_records


@dataclass
class JobReport:
    """What has been done.

    Attributes:
        pictures: That were read.
        people: In them and in frames.
        frames: Of videos.
        tracks: People of videos.
        skipped: What was not read, with the reason.
        written: Files with predictions.
        videos: Report of each video, by its name.
    """

    pictures: int = 0
    people: int = 0
    frames: int = 0
    tracks: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    written: list[Path] = field(default_factory=list)
    videos: dict[str, VideoReport] = field(default_factory=dict)


Progress = Callable[[str, int, int | None, float | None, float | None], object]
"""Told the source, how many are done, of how many, how many a second, and seconds left."""


@dataclass(frozen=True)
class PredictJob:
    """Predict pictures and videos, and write what was seen into a folder.

    ``pictures.<form>`` has all pictures; of each video there are ``<name>.<form>`` with its frames
    and ``<name>.tracks.<form>`` with its people. ``drawn/`` and ``crops/`` have pictures, and
    ``<name>.mp4`` is the drawn video. What cannot be read is reported, and the rest is done.

    Attributes:
        inferencer: Network, rules and detector.
        out: The folder; it is made.
        form: ``json``, ``jsonl`` or ``csv``.
        draw: Whether to draw.
        crops: Whether to write crops: of each person, or of each track the best.
        batch_size: People that go through the network together.
        every: Take each n-th frame of a video.
        start: Seconds at which to begin with a video.
        end: And to end.
        look_every: Seconds between two looks at a person of a video.
        track: Whether to follow people from frame to frame.
        progress: Told how far it is.
    """

    inferencer: AttributeInferencer
    out: Path
    form: str = 'json'
    draw: bool = False
    crops: bool = False
    batch_size: int = 32
    every: int = 1
    start: float = 0.0
    end: float | None = None
    look_every: float = 0.5
    track: bool = True
    progress: Progress = lambda *args: None

    def run(self, inputs: Sequence[str]) -> JobReport:
        """Predict all of them.

        Args:
            inputs: Pictures, videos, folders, patterns; numbers of cameras; addresses of streams.

        Raises:
            InputError: If the form is unknown, the folder cannot be made, or there is no input.
        """
        if self.form not in FORMATS:
            raise InputError(f'form must be one of {", ".join(FORMATS)}, got {self.form!r}')
        report = JobReport()
        pictures, videos = self._sorted(inputs, report)
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f'{self.out}: cannot be made ({error.strerror})') from error
        if pictures:
            self._pictures(pictures, report)
        names = unique_names([str(video) for video in videos], '')
        for video, name in zip(videos, names, strict=True):
            try:
                self._video(video, name, report)
            except InputError as error:
                report.skipped.append((str(video), str(error)))
        return report

    def _sorted(
        self, inputs: Sequence[str], report: JobReport
    ) -> tuple[list[str], list[str | int]]:
        """Pictures and videos among the inputs; what does not exist is skipped with a reason."""
        pictures: list[str] = []
        videos: list[str | int] = []
        for item in inputs:
            if item.isdecimal() and not Path(item).exists():
                videos.append(int(item))
            elif '://' in item and not item.startswith(('http://', 'https://')):
                videos.append(item)
            elif '://' in item and self.inferencer.allow_urls:
                pictures.append(item)
            else:
                try:
                    listing = list_files(item)
                except InputError as error:
                    report.skipped.append((item, str(error)))
                    continue
                pictures += listing.pictures
                videos += listing.videos
                report.skipped += [(path, f'{path}: not a picture') for path in listing.skipped]
        if not pictures and not videos:
            raise InputError(report.skipped[0][1] if report.skipped else 'no input is given')
        return pictures, videos

    def _folder(self, name: str) -> Path:
        folder = self.out / name
        folder.mkdir(exist_ok=True)
        return folder

    def _pictures(self, pictures: Sequence[str], report: JobReport) -> None:
        inferencer, path = self.inferencer, self.out / f'pictures.{self.form}'
        names = unique_names(pictures, '')
        keep = self.draw or self.crops
        report.written.append(path)
        with open_records(path, inferencer.schema, inferencer.about) as file:
            stream = inferencer.stream(pictures, self.batch_size, keep_images=keep)
            for done, (prediction, name) in enumerate(zip(stream, names, strict=True), start=1):
                record = prediction.record
                file.add(record)
                if record.error is not None:
                    report.skipped.append((record.source, record.error))
                else:
                    report.pictures += 1
                    report.people += len(record.people)
                    self._write_images(prediction, name)
                self.progress('pictures', done, len(pictures), None, None)

    def _write_images(self, prediction: PicturePrediction, name: str) -> None:
        image, record = prediction.image, prediction.record
        if image is None:
            return
        if self.draw:
            drawn = draw_people(image, record, self.inferencer.schema)
            _write_image(self._folder('drawn') / f'{name}.png', drawn)
        if self.crops:
            for number, person in enumerate(record.people):
                path = self._folder('crops') / f'{name}_{number}.png'
                _write_image(path, crop(image, np.array(person.box)))

    def _video(self, source: str | int, name: str, report: JobReport) -> None:
        inferencer = self.inferencer
        video = VideoSource(source, every=self.every, start=self.start, end=self.end)
        prediction = VideoPrediction(
            inferencer, video, look_every=self.look_every, track=self.track
        )
        report.videos[str(source)] = timing = prediction.report
        path = self.out / f'{name}.{self.form}'
        if path in report.written:  # a video called "pictures"
            name = f'{name}_video'
            path = self.out / f'{name}.{self.form}'
        try:
            with ExitStack() as files:
                records = files.enter_context(
                    open_records(path, inferencer.schema, inferencer.about)
                )
                report.written.append(path)
                drawn = None
                if self.draw:
                    drawn = files.enter_context(
                        VideoWriter(self.out / f'{name}.mp4', prediction.rate)
                    )
                for frame, record in prediction:
                    with timing.timed('write'):
                        records.add(record)
                    if drawn is not None:
                        with timing.timed('draw'):
                            drawn.add(self._drawn(frame.image, record))
                    self.progress(
                        name, timing.frames, timing.total, timing.rate, timing.seconds_left
                    )
        finally:  # also after ^C
            report.frames += timing.frames
            report.people += timing.people
            tracks = prediction.tracks()
            report.tracks += len(tracks)
            if self.track and timing.frames:
                path = self.out / f'{name}.tracks.{self.form}'
                write_tracks(path, tracks, inferencer.schema)
                report.written.append(path)
            if self.crops:
                self._write_track_crops(name, tracks)
        if timing.broken:
            report.skipped.append((str(source), f'{source}: {timing.broken} frames cannot be read'))
        if not timing.frames:
            raise InputError(f'{source}: no frame of it can be read in this stretch of time')

    def _drawn(self, image: np.ndarray, record: PictureRecord) -> np.ndarray:
        return draw_people(image, record, self.inferencer.schema, beside=False)

    def _write_track_crops(self, name: str, tracks: Sequence[TrackRecord]) -> None:
        for track in tracks:
            for number, sighting in enumerate(track.best):
                path = self._folder('crops') / f'{name}_{track.track}_{number}.png'
                _write_image(path, sighting.image)


def _write_image(path: Path, image: Any) -> None:
    if not cv2.imwrite(str(path), image):
        raise InputError(f'{path}: cannot be written')
