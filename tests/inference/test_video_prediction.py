"""A video goes through in bounded memory, in order, and ends well however it ends."""

import threading
import time

import cv2
import numpy as np
import pytest

from par_plugins.datasets.attributes.pa100k import SCHEMA
from par_plugins.inference import AttributeInferencer, video_prediction
from par_plugins.inference.detectors import PersonBoxes
from par_plugins.inference.video_prediction import FRAMES_AHEAD, VideoPrediction, VideoWriter
from par_plugins.inference.video_source import VideoSource
from par_plugins.structures import InputError
from par_plugins.testing.toy_video import RATE, write_boxes, write_video
from par_runtime.crops import crop
from tests.inference.toy_model import config, stored


@pytest.fixture(scope='module')
def weights(tmp_path_factory):
    return stored(config(), tmp_path_factory.mktemp('model') / 'toy.pth')


@pytest.fixture
def scene(tmp_path):
    boxes = write_video(tmp_path / 'a.avi')
    write_boxes(tmp_path / 'a.csv', boxes)
    return tmp_path, boxes


def prediction_of(folder, weights, source=None, **options):
    inferencer = AttributeInferencer(
        config(), weights, detector=f'boxes:{folder / "a.csv"}', thresholds='half'
    )
    return VideoPrediction(inferencer, source or VideoSource(str(folder / 'a.avi')), **options)


def test_every_frame_comes_in_order_with_its_people_and_their_answers(scene, weights):
    folder, boxes = scene
    prediction = prediction_of(folder, weights)
    frames = list(prediction)
    assert [frame.number for frame, _ in frames] == list(range(30))
    for number, (_, record) in enumerate(frames):
        assert [list(person.box) for person in record.people] == boxes[number].tolist()
        assert [person.track for person in record.people] == [1, 2]
        assert all(tuple(person.attributes) == SCHEMA.names for person in record.people)
    report = prediction.report
    assert (report.frames, report.total, report.broken, report.people) == (30, 30, 0, 60)
    assert report.seconds_left == 0
    assert set(report.stages) == {'read', 'detect', 'crops', 'attributes'}


def test_a_person_is_looked_at_every_half_second_and_the_answers_are_those_of_the_crops(
    scene, weights
):
    folder, boxes = scene
    prediction = prediction_of(folder, weights)
    frames = list(prediction)
    looked = [0, 5, 10, 15, 20, 25]
    assert prediction.report.crops == 2 * len(looked)
    track = prediction.tracks()[0]
    assert (track.frames, track.crops, track.first) == (30, 6, 0.0)
    assert track.last == pytest.approx(2.9)
    assert [n for n, (_, r) in enumerate(frames) if r.people[0].quality] == looked
    # By hand: crops through the same network, logits averaged by weight.
    plain = AttributeInferencer(config(), weights)
    crops = [crop(frames[n][0].image, boxes[n, 0]) for n in looked]
    people = [picture['people'][0] for picture in plain(crops)['predictions']]
    p = np.array([[a['probability'] for a in person['attributes'].values()] for person in people])
    qualities = [frames[n][1].people[0].quality for n in looked]
    share = np.array([q.weight(64) for q in qualities])
    logit = (share[:, None] * np.log(p / (1 - p))).sum(axis=0) / share.sum()
    expected = 1 / (1 + np.exp(-logit))
    found = [frames[-1][1].people[0].attributes[name].probability for name in SCHEMA.names]
    steady = [not a.momentary for a in SCHEMA.attributes]
    assert np.array(found)[steady] == pytest.approx(expected[steady], abs=1e-4)
    assert [s.weight for s in track.best] == pytest.approx(np.sort(share * 0.6)[::-1][:3], abs=1e-6)


def test_without_tracks_everybody_is_looked_at_in_every_frame(tmp_path, weights):
    write_boxes(tmp_path / 'a.csv', write_video(tmp_path / 'a.avi', 6), tracks=False)
    prediction = prediction_of(tmp_path, weights, track=False)
    records = [record for _, record in prediction]
    assert prediction.report.crops == 12 and prediction.tracks() == []
    assert all(person.attributes and person.track == -1 for r in records for person in r.people)


def test_a_tracker_says_who_is_who(tmp_path, weights):
    pytest.importorskip('trackers')
    write_boxes(tmp_path / 'a.csv', write_video(tmp_path / 'a.avi'), tracks=False)
    prediction = prediction_of(tmp_path, weights)
    records = [record for _, record in prediction]
    tracks = prediction.tracks()
    assert len(tracks) == 2 and min(track.frames for track in tracks) >= 25
    for people in [record.people for record in records[5:]]:
        left, right = sorted(people, key=lambda person: person.box[0])
        assert left.track != right.track and min(left.track, right.track) >= 0


def test_a_video_of_one_person_is_one_track(tmp_path, weights):
    write_video(tmp_path / 'a.avi', 6)
    inferencer = AttributeInferencer(config(), weights)
    prediction = VideoPrediction(inferencer, VideoSource(str(tmp_path / 'a.avi')))
    assert len(list(prediction)) == 6
    (track,) = prediction.tracks()
    assert (track.track, track.frames, track.crops) == (0, 6, 2)


def test_frames_wait_for_each_other_so_that_memory_does_not_grow(scene, weights):
    folder, _ = scene
    prediction = prediction_of(folder, weights)
    read, original = [], prediction._read

    def counted():
        for frame in original():
            read.append(frame.number)
            yield frame

    prediction._read = counted
    frames = iter(prediction)
    next(frames)
    time.sleep(1.0)  # as long as reading would need for all
    # Waiting in two queues, one in each hand, and those that came together with the first.
    assert len(read) <= 3 * FRAMES_AHEAD + 2
    frames.close()


def test_leaving_in_the_middle_ends_the_threads_and_keeps_what_was_done(scene, weights):
    folder, _ = scene
    prediction = prediction_of(folder, weights)
    before = threading.active_count()
    done = []
    with pytest.raises(KeyboardInterrupt):
        for frame, _ in prediction:
            done.append(frame.number)
            if frame.number == 12:
                raise KeyboardInterrupt
    assert done == list(range(13)) and prediction.tracks()[0].frames >= 13
    assert threading.active_count() <= before


class Failing:
    def detect(self, frame):
        if frame.number == 4:
            raise InputError('frame 4: the detector has had enough')
        return PersonBoxes.none()


def test_an_error_in_a_thread_comes_out_where_the_frames_are_used(scene, weights):
    folder, _ = scene
    inferencer = AttributeInferencer(config(), weights, detector=Failing())
    prediction = VideoPrediction(inferencer, VideoSource(str(folder / 'a.avi')), track=False)
    done = []
    with pytest.raises(InputError, match='frame 4: the detector has had enough'):
        for frame, record in prediction:
            done.append((frame.number, len(record.people)))
    assert done == [(number, 0) for number in range(4)]


def test_broken_frames_are_counted(scene, weights, monkeypatch):
    folder, _ = scene
    whole = cv2.VideoCapture

    class Flickering:
        def __init__(self, source):
            self.capture, self.at = whole(source), -1

        def read(self):
            self.at += 1
            read, image = self.capture.read()
            return (False, None) if self.at in (3, 4) else (read, image)

        def __getattr__(self, name):
            return getattr(self.capture, name)

    source = VideoSource(str(folder / 'a.avi'), open_capture=Flickering)
    prediction = prediction_of(folder, weights, source)
    assert len(list(prediction)) == 28 and prediction.report.broken == 2


def test_every_nth_frame_between_two_times_is_what_progress_counts(scene, weights):
    folder, _ = scene
    source = VideoSource(str(folder / 'a.avi'), every=3, start=1.0, end=2.0)
    prediction = prediction_of(folder, weights, source)
    numbers = [frame.number for frame, _ in prediction]
    assert numbers == [12, 15, 18] and prediction.report.total == pytest.approx(3, abs=1)
    assert prediction.rate == pytest.approx(RATE / 3)


def test_a_written_video_is_whole_after_an_interrupt(tmp_path):
    path = tmp_path / 'drawn.mp4'
    with pytest.raises(KeyboardInterrupt), VideoWriter(path, RATE) as writer:
        for number in range(7):
            writer.add(np.full((96, 160, 3), 77, np.uint8), number / RATE)
        raise KeyboardInterrupt
    assert len(list(VideoSource(str(path)).frames())) == 7
    writer = VideoWriter(tmp_path / 'no' / 'a.mp4', RATE)
    with pytest.raises(InputError, match='no video can be written'), writer:
        writer.add(np.zeros((96, 160, 3), np.uint8), 0.0)


def test_frames_to_come_of_a_camera_are_not_known():
    assert video_prediction._frames_to_come(VideoSource(0), 0, 25.0) is None
    assert video_prediction._frames_to_come(VideoSource(0, end=2.0), 0, 25.0) == 50


def test_looks_at_a_person_grow_rarer_up_to_four_intervals(scene, weights):
    prediction = prediction_of(scene[0], weights)
    person = PersonBoxes(np.zeros((1, 4)), np.ones(1), np.array([3]))
    times = [t for t in np.arange(0, 30, 0.1) if prediction._chosen(person, float(t))]
    pauses = np.diff(times)
    assert pauses[:5] == pytest.approx(np.full(5, 0.5))
    assert (np.diff(pauses) >= -0.11).all() and pauses.max() == pytest.approx(2.0)
    assert len(times) < 25


def test_a_drawn_video_lasts_as_long_as_frames_of_uneven_length_do(tmp_path):
    shades = [40, 90, 140, 190]
    with VideoWriter(tmp_path / 'drawn.mp4', 10.0) as writer:
        for shade, seconds in zip(shades, (5.0, 5.1, 5.5, 5.52), strict=True):
            writer.add(np.full((96, 160, 3), shade, np.uint8), seconds)
    frames = [frame.image.mean() for frame in VideoSource(str(tmp_path / 'drawn.mp4')).frames()]
    assert len(frames) == 6  # a tenth of a second each, from 5.0 to 5.5
    assert frames == pytest.approx([40, 90, 90, 90, 90, 140], abs=4)
