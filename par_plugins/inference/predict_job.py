"""Pictures and videos of a command line, from files to files."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from par_plugins.engine.written_aside import written_aside
from par_plugins.inference import job_processes
from par_plugins.inference.attribute_inferencer import (
    AttributeInferencer,
    PicturePrediction,
    reason_of,
)
from par_plugins.inference.drawing import draw_people
from par_plugins.inference.job_processes import (
    JobFolder,
    JobProcesses,
    shards_of,
)
from par_plugins.inference.output_files import unique_names, write_picture
from par_plugins.inference.pictures import NOT_A_PICTURE, list_files
from par_plugins.inference.tracks import TrackRecord, write_tracks
from par_plugins.inference.video_prediction import VideoPrediction, VideoReport, VideoWriter
from par_plugins.inference.video_source import VideoSource
from par_plugins.structures import InputError
from par_runtime.crops import crop
from par_runtime.records import FORMATS, PictureRecord, open_records, stream_records

JOB = '.job'
"""Folder of what is done, until the job is over."""
LINES, PARTIAL = '.jsonl', '.part.jsonl'
"""Endings of a shard of pictures that is done, and of one that is being done."""
DONE, CUT = '.json', '.cut.json'
"""The same of a video."""


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
        processes: That share the job; each does its shards, the main one gathers them. A job that
            was killed goes on from its whole shards when it is run again.
        shard_size: Pictures of a shard.
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
    processes: JobProcesses = field(default_factory=JobProcesses)
    shard_size: int = field(default_factory=lambda: job_processes.SHARD_SIZE)

    def run(self, inputs: Sequence[str]) -> JobReport:
        """Predict all of them.

        Args:
            inputs: Pictures, videos, folders, patterns; numbers of cameras; addresses of streams.

        Returns:
            What has been done; in another than the main process an empty one.

        Raises:
            InputError: If the form is unknown, the folder cannot be made, or there is no input.
        """
        if self.form not in FORMATS:
            raise InputError(f'form must be one of {", ".join(FORMATS)}, got {self.form!r}')
        report = JobReport()
        pictures, videos = self._sorted(inputs, report)
        key = [pictures, videos, *self._options()]
        folder = JobFolder(self.out / JOB, key, self.processes)
        work = _Work(folder, shards_of(pictures, self.shard_size), videos)
        try:
            self._pictures(pictures, work)
            for shard in folder.to_do(work.of_videos, DONE):
                self._video(work, shard)
            self.processes.wait()
        finally:  # also after ^C: what was done is gathered
            if self.processes.is_main:
                self._gather(work, report)
        if self.processes.is_main:
            folder.remove()
        return report

    def _options(self) -> list[Any]:
        """What another job may have otherwise, so that it cannot go on with the shards of this."""
        weights = Path(self.inferencer.loaded.source)
        stat = weights.stat() if weights.is_file() else None
        rule = self.inferencer.rule
        return [
            (str(weights), stat and (stat.st_size, stat.st_mtime_ns)),
            (rule.name, rule.thresholds.tolist(), self.inferencer.detector_name),
            (self.inferencer.padding, self.form, self.draw, self.crops, self.shard_size),
            (self.batch_size, self.every, self.start, self.end, self.look_every, self.track),
        ]

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
                    report.skipped.append((item, reason_of(error, item)))
                    continue
                pictures += listing.pictures
                videos += listing.videos
                report.skipped += [(path, NOT_A_PICTURE) for path in listing.skipped]
        if not pictures and not videos:
            first = next(iter(report.skipped), ('no input is given',))
            raise InputError(': '.join(first))
        return pictures, videos

    def _folder(self, name: str) -> Path:
        folder = self.out / name
        folder.mkdir(exist_ok=True)
        return folder

    def _pictures(self, pictures: Sequence[str], work: '_Work') -> None:
        """Predict the shards of this process that are not done; a line for each picture."""
        names = list(unique_names(pictures, ''))
        keep = self.draw or self.crops
        todo = list(work.folder.to_do(work.of_pictures, LINES))
        total, done = sum(len(work.pictures[shard]) for shard in todo), 0
        for shard in todo:
            first = shard * self.shard_size
            partial = work.folder.path(shard, PARTIAL)
            with open_records(partial, self.inferencer.schema) as file:
                stream = self.inferencer.stream(
                    work.pictures[shard], self.batch_size, keep_images=keep
                )
                for number, prediction in enumerate(stream, start=first):
                    file.add(prediction.record)
                    self._write_images(prediction, names[number])
                    done += 1
                    self.progress('pictures', done, total, None, None)
            partial.replace(work.folder.path(shard, LINES))

    def _gather(self, work: '_Work', report: JobReport) -> None:
        """Bring together what all processes have done; after ^C what there is."""
        for shard in work.of_videos:
            paths = (work.folder.path(shard, suffix) for suffix in (DONE, CUT))
            path = next((path for path in paths if path.is_file()), None)
            if path is not None:
                _add_video(report, json.loads(path.read_text(encoding='utf-8')), self.out)
        if not work.pictures:
            return
        path = self.out / f'pictures.{self.form}'
        report.written.insert(0, path)
        with open_records(path, self.inferencer.schema, self.inferencer.about) as file:
            for source, reason in report.skipped:
                file.skip(source, reason)
            for shard in work.of_pictures:
                lines = (work.folder.path(shard, suffix) for suffix in (LINES, PARTIAL))
                for record in (r for p in lines if p.is_file() for r in stream_records(p)):
                    file.add(record)
                    if record.error is not None:
                        report.skipped.append((record.source, record.error))
                    else:
                        report.pictures += 1
                        report.people += len(record.people)

    def _write_images(self, prediction: PicturePrediction, name: str) -> None:
        image, record = prediction.image, prediction.record
        if image is None:
            return
        if self.draw:
            drawn = draw_people(image, record, self.inferencer.schema)
            write_picture(self._folder('drawn') / f'{name}.png', drawn)
        if self.crops:
            for number, person in enumerate(record.people):
                path = self._folder('crops') / f'{name}_{number}.png'
                write_picture(path, crop(image, np.array(person.box)))

    def _video(self, work: '_Work', shard: int) -> None:
        """Predict a video; one that cannot be read is skipped with the reason."""
        source, name = work.video(shard)
        done: dict[str, Any] = {'source': str(source), 'written': [], 'skipped': []}
        whole = False
        try:
            self._predict_video(source, name, done)
            whole = True
        except InputError as error:
            done['skipped'].append(reason_of(error, str(source)))
            whole = True
        finally:  # after ^C it is gathered now, and done again by the next run
            path = work.folder.path(shard, DONE if whole else CUT)
            with written_aside(path) as aside:
                aside.write_text(json.dumps(done), encoding='utf-8')

    def _predict_video(self, source: str | int, name: str, done: dict[str, Any]) -> None:
        inferencer = self.inferencer
        video = VideoSource(source, every=self.every, start=self.start, end=self.end)
        prediction = VideoPrediction(
            inferencer, video, look_every=self.look_every, track=self.track
        )
        timing = prediction.report
        path = self.out / f'{name}.{self.form}'
        try:
            with ExitStack() as files:
                records = files.enter_context(
                    open_records(path, inferencer.schema, inferencer.about)
                )
                done['written'].append(path.name)
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
                            drawn.add(self._drawn(frame.image, record), frame.seconds)
                    self.progress(
                        name, timing.frames, timing.total, timing.rate, timing.seconds_left
                    )
        finally:  # also after ^C
            tracks = prediction.tracks()
            if self.track and timing.frames:
                path = self.out / f'{name}.tracks.{self.form}'
                write_tracks(path, tracks, inferencer.schema)
                done['written'].append(path.name)
            if self.crops:
                self._write_track_crops(name, tracks)
            done |= {'tracks': len(tracks), 'report': asdict(timing)}
        if timing.broken:
            done['skipped'].append(f'{timing.broken} frames cannot be read')
        if not timing.frames:
            raise InputError(f'{source}: no frame of it can be read in this stretch of time')

    def _drawn(self, image: np.ndarray, record: PictureRecord) -> np.ndarray:
        return draw_people(image, record, self.inferencer.schema, beside=False)

    def _write_track_crops(self, name: str, tracks: Sequence[TrackRecord]) -> None:
        for track in tracks:
            for number, sighting in enumerate(track.best):
                path = self._folder('crops') / f'{name}_{track.track}_{number}.png'
                write_picture(path, sighting.image)


class _Work:
    """Shards of a job: those of pictures first, then each video."""

    def __init__(
        self,
        folder: JobFolder,
        pictures: Sequence[Sequence[str]],
        videos: Sequence[str | int],
    ) -> None:
        self.folder, self.pictures, self.videos = folder, pictures, videos
        self.of_pictures = range(len(pictures))
        self.of_videos = range(len(pictures), len(pictures) + len(videos))
        # A video called "pictures" is not written over the table of pictures.
        taken = ['pictures'] if pictures else []
        names = unique_names([*taken, *map(str, videos)], '')
        self._names = list(names)[len(taken) :]

    def video(self, shard: int) -> tuple[str | int, str]:
        """Source of a video and the name of its files."""
        number = shard - len(self.pictures)
        return self.videos[number], self._names[number]


def _add_video(report: JobReport, done: Mapping[str, Any], out: Path) -> None:
    source = done['source']
    report.skipped += [(source, reason) for reason in done['skipped']]
    report.written += [out / name for name in done['written']]
    if 'report' in done:
        report.videos[source] = timing = VideoReport(**done['report'])
        report.frames += timing.frames
        report.people += timing.people
        report.tracks += done['tracks']
