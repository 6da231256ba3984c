"""A light detector's people get tracks: thresholds follow its scores."""

import numpy as np
import pytest

from par_plugins.inference.detectors import PersonBoxes
from par_plugins.inference.person_tracker import PersonTracker

pytest.importorskip('trackers')


def walk(tracker, score, num_frames=20):
    """Two people who walk past each other in different heights."""
    ids = []
    for frame in range(num_frames):
        boxes = np.array([[10 + 4 * frame, 10, 40 + 4 * frame, 80]], np.float32)
        boxes = np.append(boxes, [[200 - 4 * frame, 90, 230 - 4 * frame, 160]], axis=0)
        people = PersonBoxes(boxes, np.full(2, score, np.float32))
        found = tracker.update(people)
        order = np.argsort(found.boxes[:, 1])
        ids.append(found.tracks[order].tolist())
    return ids


@pytest.mark.parametrize('score', [0.42, 0.6, 0.95])
def test_people_keep_their_numbers_whatever_the_detectors_scores(score):
    ids = walk(PersonTracker(min_score=0.35, frame_rate=10.0), score)
    last = ids[-1]
    assert len(set(last)) == 2 and min(last) >= 0
    assert sum(row == last for row in ids) >= 17


def test_a_detector_of_high_scores_begins_tracks_higher():
    ids = walk(PersonTracker(min_score=0.7, frame_rate=10.0), 0.6)
    assert all(number < 0 for row in ids for number in row)


def test_nobody_has_no_track():
    tracker = PersonTracker(min_score=0.35, frame_rate=10.0)
    found = tracker.update(PersonBoxes.none())
    assert len(found) == 0 and found.tracks is not None
