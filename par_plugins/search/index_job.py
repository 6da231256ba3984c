"""Pictures and videos into an index, in one or several processes, over any number of runs."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from par_plugins.datasets.files.npz_file import read_npz
from par_plugins.engine.written_aside import written_aside
from par_plugins.inference import job_processes
from par_plugins.inference.attribute_inferencer import reason_of
from par_plugins.inference.detectors import WholePicture
from par_plugins.inference.job_processes import JobFolder, JobProcesses, shards_of
from par_plugins.inference.output_files import output_stem, write_picture
from par_plugins.inference.pictures import NOT_A_PICTURE, list_files
from par_plugins.inference.tracks import TrackRecord
from par_plugins.inference.video_prediction import VideoPrediction
from par_plugins.inference.video_source import VideoSource
from par_plugins.search.indexed_model import IndexedModel
from par_plugins.search.person_embedder import PersonEmbedder
from par_plugins.search.person_index import CROPS, HEADER, IndexedPerson, IndexRows, PersonIndex
from par_plugins.structures import InputError

JOB = '.job'
"""Folder of what is done, until the job is over."""
SHARD = '.npz'
DIGEST = 12  # hexadecimal digits that tell two videos of one name apart


@dataclass
class IndexReport:
    """What has been done.

    Attributes:
        people: That are new in the index: pictures, people in them, and tracks.
        known: Pictures and videos that were in it already.
        skipped: What was not read, with the reason.
        index: The index; None in another than the main process.
    """

    people: int = 0
    known: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)
    index: PersonIndex | None = None


@dataclass(frozen=True)
class IndexJob:
    """Look at pictures and videos, and append the people seen to an index.

    What is in the index already is left out, so that a folder that has grown can be given again.
    A job that was killed goes on from its whole shards when it is run again.

    Attributes:
        embedder: Network and detector.
        folder: Of the index; made where there is none.
        batch_size: People that go through the network together.
        every: Take each n-th frame of a video.
        look_every: Seconds between two looks at a person of a video.
        progress: Told how many pictures and videos are done, and of how many.
        processes: That share the job.
        shard_size: Pictures of a shard.
    """

    embedder: PersonEmbedder
    folder: Path
    batch_size: int = 32
    every: int = 1
    look_every: float = 0.5
    progress: Callable[[int, int], object] = lambda done, total: None
    processes: JobProcesses = field(default_factory=JobProcesses)
    shard_size: int = field(default_factory=lambda: job_processes.SHARD_SIZE)

    def run(self, inputs: Sequence[str]) -> IndexReport:
        """Index all of them.

        Args:
            inputs: Pictures, videos, folders, patterns.

        Raises:
            InputError: If there is no input, nothing of it can be read, the index is of another
                model, or it cannot be written.
        """
        listing = list_files(inputs)
        pictures, videos = (list(dict.fromkeys(x)) for x in (listing.pictures, listing.videos))
        shards = [*shards_of(pictures, self.shard_size), *([video] for video in videos)]
        model = self._model()
        index = self._opened(model)
        sources = set() if index is None else {person.source for person in index.people()}
        options = (self.batch_size, self.every, self.look_every)
        key = (shards, asdict(model), self.embedder.detector_name, options)
        job = JobFolder(self.folder / JOB, key, self.processes)
        new = [[source for source in shard if source not in sources] for shard in shards]
        mine = [shard for shard in job.to_do(range(len(shards)), SHARD) if new[shard]]
        total, done = sum(len(new[shard]) for shard in mine), 0
        for shard in mine:
            is_video = shard >= len(shards) - len(videos)
            look = self._look_at_video if is_video else self._look_at_pictures
            rows, skipped = look(new[shard])
            _write_shard(job.path(shard, SHARD), rows, skipped)
            done += len(new[shard])
            self.progress(done, total)
        self.processes.wait()
        report = IndexReport()
        if not self.processes.is_main:
            return report
        report.skipped = [(path, NOT_A_PICTURE) for path in listing.skipped]
        report.known = len(sources & {*pictures, *videos})
        for shard in range(len(shards)):
            if new[shard]:
                rows, skipped = _read_shard(job.path(shard, SHARD))
                report.skipped += skipped
                # An earlier run may have been killed after it had appended this shard.
                if rows.people and rows.people[0].source not in sources:
                    index = self._appended(rows, index, model)
                    report.people += len(rows.people)
        job.remove()
        if index is None or not len(index):
            reasons = '; '.join(': '.join(each) for each in report.skipped[:1])
            raise InputError(f'nobody can be seen in any of it, first {reasons or inputs[0]}')
        report.index = index
        return report

    def _model(self) -> IndexedModel:
        embedder = self.embedder
        return IndexedModel.of(embedder.cfg, embedder.loaded.source, embedder.padding)

    def _opened(self, model: IndexedModel) -> PersonIndex | None:
        if not (self.folder / HEADER).exists():
            return None
        index = PersonIndex(self.folder)
        self.embedder.schema.require_equal(index.schema, source=str(self.folder))
        if index.model is None or index.model.sha256 != model.sha256:
            raise InputError(
                f'{self.folder}: its people were looked at with other weights than {model.weights}'
            )
        return index

    def _appended(
        self, rows: IndexRows, index: PersonIndex | None, model: IndexedModel
    ) -> PersonIndex:
        if index is None:
            width, schema = rows.embeddings.shape[1], self.embedder.schema
            index = PersonIndex.create(self.folder, schema, width=width, model=model)
        index.append(rows)
        return index

    def _look_at_pictures(self, pictures: Sequence[str]) -> tuple[IndexRows, list[tuple[str, str]]]:
        whole = isinstance(self.embedder.detector, WholePicture)
        people: list[IndexedPerson] = []
        samples, skipped = [], []
        for prediction in self.embedder.stream(pictures, self.batch_size):
            record = prediction.record
            if record.error is not None:
                skipped.append((record.source, record.error))
            samples += prediction.samples
            for person in record.people:
                people.append(IndexedPerson(record.source, None if whole else person.box))
        outputs = self.embedder.loaded.outputs(samples)
        pairs = [(output.probabilities, output.embedding) for output in outputs]
        return self._rows(people, pairs), skipped

    def _look_at_video(self, videos: Sequence[str]) -> tuple[IndexRows, list[tuple[str, str]]]:
        (source,) = videos
        try:
            video = VideoSource(source, every=self.every)
            prediction = VideoPrediction(self.embedder, video, look_every=self.look_every)
            for _ in prediction:
                pass
        except InputError as error:
            return self._rows([], []), [(source, reason_of(error, source))]
        tracks = prediction.tracks()
        people = [self._person_of(source, track) for track in tracks]
        rows = self._rows(people, [(t.probabilities, t.embedding) for t in tracks])
        broken = prediction.report.broken
        return rows, [(source, f'{broken} frames cannot be read')] if broken else []

    def _person_of(self, source: str, track: TrackRecord) -> IndexedPerson:
        """A track, its best crop written into the folder of the index."""
        digest = hashlib.sha256(source.encode(errors='surrogateescape')).hexdigest()[:DIGEST]
        name = f'{output_stem(source)}_{digest}_{track.track}.png'
        crops = self.folder / CROPS
        crops.mkdir(exist_ok=True)
        best = track.best[0]
        with written_aside(crops / name) as aside:
            write_picture(aside, best.image)
        return IndexedPerson(source, best.box, track.track, track.first, track.last, name)

    def _rows(
        self,
        people: Sequence[IndexedPerson],
        outputs: Sequence[tuple[np.ndarray, np.ndarray | None]],
    ) -> IndexRows:
        """Rows of people with their probabilities and embeddings; without one the width is 0."""
        if not people:
            return IndexRows([], np.zeros((0, 0)), np.zeros((0, self.embedder.schema.num_logits)))
        embeddings = [np.zeros(0) if row is None else row for _, row in outputs]
        return IndexRows(people, np.stack(embeddings), np.stack([row for row, _ in outputs]))


def _write_shard(path: Path, rows: IndexRows, skipped: Sequence[tuple[str, str]]) -> None:
    about = json.dumps({'people': [asdict(p) for p in rows.people], 'skipped': list(skipped)})
    with written_aside(path) as aside, aside.open('wb') as file:
        np.savez(
            file,
            about=np.frombuffer(about.encode(), np.uint8),
            embeddings=np.asarray(rows.embeddings, np.float32),
            probabilities=np.asarray(rows.probabilities, np.float32),
        )


def _read_shard(path: Path) -> tuple[IndexRows, list[tuple[str, str]]]:
    content = read_npz(path, ('about', 'embeddings', 'probabilities'))
    about = json.loads(content['about'].tobytes())
    people = [IndexedPerson(**person) for person in about['people']]
    skipped: Iterator[Any] = map(tuple, about['skipped'])
    return IndexRows(people, content['embeddings'], content['probabilities']), list(skipped)
