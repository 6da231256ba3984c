"""Attributes of a person who is seen in many frames."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from par_plugins.engine.written_aside import written_aside
from par_plugins.inference.frame import Frame
from par_plugins.structures import AttributeSchema
from par_runtime.answers import Answer, AnswerRule
from par_runtime.records import WORDS, PersonRecord

BEST_CROPS = 3
LEAST_TIME = 1e-3
"""Seconds that an answer counts at least, where nothing comes after it."""
TINY = 1e-6


@dataclass(frozen=True, eq=False)
class Sighting:
    """A crop of a person.

    Attributes:
        frame: Number of the frame.
        seconds: Its time.
        box: Left, top, right, bottom in it.
        weight: How well the person can be seen, in (0, 1].
        image: The crop.
    """

    frame: int
    seconds: float
    box: tuple[float, float, float, float]
    weight: float
    image: np.ndarray = field(repr=False)


@dataclass(frozen=True, eq=False)
class TrackRecord:
    """A person in a video.

    Attributes:
        source: The video.
        track: Number of the person in it.
        first: Seconds at which the person is seen first.
        last: And last.
        frames: Number of frames in which the person was seen.
        crops: Number of crops that were looked at.
        attributes: Answers for all of the time, by name; those that are not momentary.
        momentary: For each momentary attribute, shares of the time by answer.
        best: The best crops, the best first.
        probabilities: Packed ``(C,)``, for all of the time; of what is momentary the mean.
        embedding: ``(F,)`` mean of the crops', weighted as the answers are; None where the head
            has none.
    """

    source: str
    track: int
    first: float
    last: float
    frames: int
    crops: int
    attributes: Mapping[str, Answer]
    momentary: Mapping[str, Mapping[str, float]]
    best: Sequence[Sighting]
    probabilities: np.ndarray = field(repr=False)
    embedding: np.ndarray | None = field(default=None, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Plain data, without the pictures."""
        kept = ('source', 'track', 'first', 'last', 'frames', 'crops')
        return {
            **{name: getattr(self, name) for name in kept},
            'attributes': {name: asdict(answer) for name, answer in self.attributes.items()},
            'momentary': {name: dict(shares) for name, shares in self.momentary.items()},
            'best': [
                {'frame': s.frame, 'seconds': s.seconds, 'box': list(s.box), 'weight': s.weight}
                for s in self.best
            ],
        }


class TrackAttributes:
    """What is known of one person so far.

    Logits of the crops are averaged with how well the person can be seen in them as weights. The
    frames of a track are alike: adding their logits up, as of independent ones, would make every
    answer look certain.

    Args:
        rule: Which makes answers of probabilities.
        source: The video.
        track: Number of the person in it.
    """

    def __init__(self, rule: AnswerRule, source: str, track: int) -> None:
        self.rule, self.source, self.track = rule, source, track
        self.frames = self.crops = 0
        self.first = self.last = self._since = 0.0
        self._logits = np.zeros(rule.schema.num_logits)
        self._mean = np.zeros(rule.schema.num_logits)
        self._embedding: np.ndarray | None = None
        self._weight = self._height = self._sharpness = 0.0
        self._now: dict[str, Answer] = {}
        self._answers: dict[str, Answer] = {}
        self._times: dict[str, dict[str, float]] = {
            a.name: {} for a in rule.schema.attributes if a.momentary
        }
        self.best: list[Sighting] = []

    def see(self, frame: Frame) -> None:
        """Note that the person is in a frame."""
        if self.frames == 0:
            self.first = self._since = frame.seconds
        self.frames += 1
        self.last = frame.seconds

    def look(
        self,
        frame: Frame,
        person: PersonRecord,
        probabilities: np.ndarray,
        *,
        embedding: np.ndarray | None = None,
        weight: float,
        image: np.ndarray,
    ) -> None:
        """Take a crop into account.

        Args:
            frame: Which it is from; :meth:`see` was told.
            person: With the quality of the crop.
            probabilities: Packed ``(C,)``.
            embedding: ``(F,)`` of the crop.
            weight: How well the person can be seen, above 0.
            image: The crop.
        """
        self._pass_time(frame.seconds)
        self._logits += weight * to_logits(probabilities, self.rule.schema)
        self._mean += weight * np.asarray(probabilities, np.float64)
        if embedding is not None:
            before = 0 if self._embedding is None else self._embedding
            self._embedding = before + weight * embedding.astype(np.float64)
        self._weight += weight
        self.crops += 1
        if person.quality is not None:
            self._height = max(self._height, person.quality.height)
            self._sharpness = max(self._sharpness, person.quality.sharpness)
        self._now = self._answered(probabilities)
        self._answers = self._answered(
            to_probabilities(self._logits / self._weight, self.rule.schema)
        )
        self._answers |= {name: self._now[name] for name in self._times}
        sighting = Sighting(frame.number, frame.seconds, person.box, weight, image.copy())
        self.best = sorted([*self.best, sighting], key=lambda s: -s.weight)[:BEST_CROPS]

    @property
    def answers(self) -> dict[str, Answer]:
        """Of all crops so far; momentary ones of the last. Empty before the first."""
        return self._answers

    def record(self) -> TrackRecord:
        """What is to be said when the video is over."""
        self._pass_time(self.last)
        shares = {
            name: {word: time / sum(times.values()) for word, time in times.items()}
            for name, times in self._times.items()
            if times
        }
        steady = {name: a for name, a in self._answers.items() if name not in self._times}
        return TrackRecord(
            self.source,
            self.track,
            self.first,
            self.last,
            self.frames,
            self.crops,
            steady,
            shares,
            self.best,
            self._probabilities(),
            None if self._embedding is None else self._embedding / self._weight,
        )

    def _probabilities(self) -> np.ndarray:
        """Those of all crops; of what changes the mean, the share of time to be expected."""
        schema = self.rule.schema
        steady = to_probabilities(self._logits / self._weight, schema)
        momentary = np.repeat(
            [a.momentary for a in schema.attributes], [a.num_logits for a in schema.attributes]
        )
        return np.where(momentary, self._mean / self._weight, steady)

    def _answered(self, probabilities: np.ndarray) -> dict[str, Answer]:
        height, sharpness = np.array([self._height]), np.array([self._sharpness])
        return self.rule.answer(probabilities[None], height, sharpness).of_person(0)

    def _pass_time(self, now: float) -> None:
        """The last answers of what is momentary have held until now."""
        for name, times in self._times.items():
            if name in self._now:
                value = self._now[name].value
                word = value if isinstance(value, str) else WORDS[value]
                times[word] = times.get(word, 0.0) + max(now - self._since, LEAST_TIME)
        self._since = now


def to_logits(probabilities: np.ndarray, schema: AttributeSchema) -> np.ndarray:
    """Packed ``(C,)`` log-odds of binary attributes, log-probabilities of categorical ones."""
    inside = np.clip(np.asarray(probabilities, np.float64), TINY, 1 - TINY)
    binary = np.repeat(schema.binary, [a.num_logits for a in schema.attributes])
    return np.asarray(np.log(inside) - np.where(binary, np.log1p(-inside), 0))


def to_probabilities(logits: np.ndarray, schema: AttributeSchema) -> np.ndarray:
    """The inverse of :func:`to_logits`; of categorical attributes they sum to 1."""
    probabilities = np.empty_like(logits)
    for part, binary in zip(schema.logit_slices, schema.binary, strict=True):
        own = logits[part]
        if binary:
            probabilities[part] = 1 / (1 + np.exp(-own))
        else:
            shares = np.exp(own - own.max())
            probabilities[part] = shares / shares.sum()
    return probabilities


def write_tracks(path: str | Path, tracks: Sequence[TrackRecord], schema: AttributeSchema) -> None:
    """Write tracks as ``.json``, ``.jsonl`` or, a row for each, ``.csv``."""
    path = Path(path)
    with written_aside(path) as part, part.open('w', encoding='utf-8', newline='') as file:
        if path.suffix == '.csv':
            _write_table(csv.writer(file, lineterminator='\n'), tracks, schema)
        elif path.suffix == '.jsonl':
            file.writelines(json.dumps(track.to_dict()) + '\n' for track in tracks)
        else:
            json.dump(tracks_document(tracks, schema), file, indent=1)


def tracks_document(tracks: Sequence[TrackRecord], schema: AttributeSchema) -> dict[str, Any]:
    """Return tracks as plain data, with the schema of their answers."""
    return {'schema': schema.to_dict(), 'tracks': [track.to_dict() for track in tracks]}


def _write_table(rows: Any, tracks: Sequence[TrackRecord], schema: AttributeSchema) -> None:
    columns = ('source', 'track', 'first', 'last', 'frames', 'crops')
    cells = [
        name
        for a in schema.attributes
        for name in ([f'{a.name}:time'] if a.momentary else [a.name, f'{a.name}:confidence'])
    ]
    rows.writerow([*columns, 'best_frame', *cells])
    for track in tracks:
        row = [getattr(track, name) for name in columns]
        row.append(track.best[0].frame if track.best else '')
        for attribute in schema.attributes:
            if attribute.momentary:
                shares = track.momentary.get(attribute.name, {})
                word = (
                    'yes' if attribute.binary else max(shares, key=shares.__getitem__, default='')
                )
                row.append(f'{shares.get(word, 0.0):.3f}' if attribute.binary else word)
            else:
                answer = track.attributes.get(attribute.name)
                value = None if answer is None else answer.value
                said = value if isinstance(value, str) else WORDS[value]
                row += ['', ''] if answer is None else [said, f'{answer.confidence:.4f}']
        rows.writerow(row)
