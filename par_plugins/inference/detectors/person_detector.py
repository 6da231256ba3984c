"""What every detector of people gives, and how it is asked."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from par_plugins.inference.frame import Frame


@dataclass(frozen=True, eq=False)
class PersonBoxes:
    """The people of a frame.

    Attributes:
        boxes: ``(N, 4)`` float32 in pixels: left, top, right, bottom.
        scores: ``(N,)`` float32 in [0, 1].
        tracks: ``(N,)`` int64 where a file says who is who, else None; -1 for nobody in particular.
    """

    boxes: np.ndarray
    scores: np.ndarray
    tracks: np.ndarray | None = None

    @classmethod
    def none(cls) -> 'PersonBoxes':
        """Nobody."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32))

    def __len__(self) -> int:
        return len(self.boxes)

    def select(self, rows: np.ndarray) -> 'PersonBoxes':
        """Those of some rows, in their order."""
        tracks = None if self.tracks is None else self.tracks[rows]
        return PersonBoxes(self.boxes[rows], self.scores[rows], tracks)


class PersonDetector(Protocol):
    """Finds people. Whatever has this method may be given to the inferencer."""

    def detect(self, frame: Frame) -> PersonBoxes:
        """Find the people of a frame; boxes may reach over its edges."""
        ...


def boxes_within(people: PersonBoxes, height: int, width: int, *, min_side: float) -> PersonBoxes:
    """Cut boxes to a frame, and leave out those of which hardly anything is in it.

    Args:
        people: Boxes of any detector or file.
        height: Of the frame, in pixels.
        width: Of the frame, in pixels.
        min_side: Boxes with a side below this, or that are no numbers, are left out.

    Example:
        >>> people = PersonBoxes(np.array([[-5, 2, 8, 99], [3, 3, 3, 9.0]]), np.ones(2))
        >>> boxes_within(people, 20, 10, min_side=1).boxes.tolist()
        [[0.0, 2.0, 8.0, 20.0]]
    """
    limits = np.array([width, height, width, height], np.float32)
    finite = np.isfinite(people.boxes).all(axis=1)
    boxes = np.where(finite[:, None], people.boxes, 0).astype(np.float32)
    boxes = np.clip(boxes, 0, limits)
    rows = np.flatnonzero(finite & ((boxes[:, 2:] - boxes[:, :2]) >= min_side).all(axis=1))
    tracks = None if people.tracks is None else people.tracks[rows]
    return PersonBoxes(boxes[rows], people.scores[rows], tracks)
