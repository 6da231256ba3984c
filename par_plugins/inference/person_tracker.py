"""Who is who from frame to frame."""

import numpy as np

from par_plugins.inference.detectors import PersonBoxes
from par_plugins.structures import InputError


class PersonTracker:
    """ByteTrack of the ``trackers`` library, with thresholds that follow the detector's scores.

    The library's own (a track begins at 0.7, boxes from 0.6 on are matched first) leave every
    person of a light detector, whose scores are 0.4 to 0.8, without a track. Here a track begins a
    little above the lowest score that the detector lets through.

    Args:
        min_score: The lowest score of the detector's boxes.
        frame_rate: Frames a second that are looked at.
        seconds_lost: How long a person may be hidden and is still the same.

    Raises:
        InputError: If ``trackers`` is not installed.
    """

    MARGIN = 0.05  # of the score at which a track begins above the detector's lowest

    def __init__(self, *, min_score: float, frame_rate: float, seconds_lost: float = 1.0) -> None:
        try:
            import supervision
            from trackers import ByteTrackTracker
        except ImportError as error:
            raise InputError(
                'tracking needs the libraries of the extra video: pip install "par-plugins[video]"'
            ) from error
        threshold = min(0.9, min_score + self.MARGIN)
        self._detections = supervision.Detections
        self._tracker = ByteTrackTracker(
            frame_rate=frame_rate,
            lost_track_buffer=max(1, round(30 * seconds_lost)),  # in frames at 30 a second
            track_activation_threshold=threshold,
            high_conf_det_threshold=threshold,
        )

    def update(self, people: PersonBoxes) -> PersonBoxes:
        """Say who the people of the next frame are.

        Args:
            people: Of the frame.

        Returns:
            The same boxes, perhaps in another order, with tracks; -1 for a person seen for the
            first time, who may be none.
        """
        tracked = self._tracker.update(
            self._detections(
                xyxy=people.boxes.astype(np.float64).reshape(-1, 4),
                confidence=people.scores.astype(np.float64),
            )
        )
        if len(tracked) == 0:
            return PersonBoxes(people.boxes[:0], people.scores[:0], np.zeros(0, np.int64))
        return PersonBoxes(
            np.asarray(tracked.xyxy, np.float32),
            np.asarray(tracked.confidence, np.float32),
            np.asarray(tracked.tracker_id, np.int64),
        )
