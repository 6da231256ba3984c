"""A track's answers are at least as right as its frames', and steadier."""

import csv
import json

import cv2
import numpy as np
import pytest

from par_plugins.inference.frame import Frame
from par_plugins.inference.tracks import (
    TrackAttributes,
    to_logits,
    to_probabilities,
    write_tracks,
)
from par_plugins.structures import Attribute, AttributeSchema
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_runtime.answers import AnswerRule
from par_runtime.crops import CropQuality, quality_of
from par_runtime.records import PersonRecord

SCHEMA = AttributeSchema(
    [
        Attribute('Hat'),
        Attribute('Coat', ('red', 'blue')),
        Attribute('Front', one_of='view', momentary=True),
        Attribute('Back', one_of='view', momentary=True),
    ]
)
RULE = AnswerRule.of_checkpoint({}, SCHEMA, source='x', thresholds='half')
PIXELS = np.zeros((20, 10, 3), np.uint8)


def look(track, number, probabilities, weight=1.0, seconds=None):
    frame = Frame(PIXELS, 'v.avi', number, number / 10 if seconds is None else seconds)
    person = PersonRecord((0, 0, 10, 20), 1.0, 1, CropQuality(20, 10, 100, False))
    track.see(frame)
    track.look(frame, person, np.array(probabilities), weight=weight, image=PIXELS)


def test_logits_are_averaged_by_how_well_the_person_can_be_seen():
    track = TrackAttributes(RULE, 'v.avi', 1)
    first, second = [0.9, 0.8, 0.2, 0.7, 0.3], [0.2, 0.4, 0.6, 0.4, 0.6]
    look(track, 0, first, weight=1.0)
    look(track, 5, second, weight=0.25)
    logit = (np.log(9) + 0.25 * np.log(0.25)) / 1.25
    assert track.answers['Hat'].probability == pytest.approx(1 / (1 + np.exp(-logit)))
    shares = np.array([0.8, 0.2]) ** 0.8 * np.array([0.4, 0.6]) ** 0.2
    shares /= shares.sum()
    assert list(track.answers['Coat'].probability.values()) == pytest.approx(shares)
    assert track.answers['Back'].value is True  # of the last look


def test_logits_and_probabilities_are_each_others_inverse():
    p = np.array([0.3, 0.25, 0.75, 0.001, 0.5])
    assert to_probabilities(to_logits(p, SCHEMA), SCHEMA) == pytest.approx(p)
    certain = to_logits(np.array([0.0, 0, 1, 1, 0]), SCHEMA)
    assert np.isfinite(certain).all()


def test_what_is_momentary_is_given_as_shares_of_time():
    track = TrackAttributes(RULE, 'v.avi', 1)
    front, back = [0.5, 0.5, 0.5, 0.9, 0.1], [0.5, 0.5, 0.5, 0.1, 0.9]
    look(track, 0, front, seconds=0.0)
    look(track, 1, back, seconds=3.0)
    track.see(Frame(PIXELS, 'v.avi', 2, 4.0))
    record = track.record()
    assert record.momentary['Front']['yes'] == pytest.approx(0.75)
    assert record.momentary['Back']['yes'] == pytest.approx(0.25)
    assert set(record.attributes) == {'Hat', 'Coat'}
    assert (record.first, record.last, record.frames, record.crops) == (0.0, 4.0, 3, 2)


def test_a_person_seen_once_has_all_of_the_time():
    track = TrackAttributes(RULE, 'v.avi', 1)
    look(track, 0, [0.5, 0.5, 0.5, 0.9, 0.1])
    assert track.record().momentary == {'Front': {'yes': 1.0}, 'Back': {'no': 1.0}}


def test_the_best_crops_are_kept_and_no_more():
    track = TrackAttributes(RULE, 'v.avi', 1)
    for number, weight in enumerate([0.1, 0.9, 0.3, 0.5, 0.2]):
        look(track, number, [0.5] * 5, weight=weight)
    assert [sighting.frame for sighting in track.record().best] == [1, 3, 2]


def test_tracks_are_written_as_document_lines_and_table(tmp_path):
    track = TrackAttributes(RULE, 'v.avi', 7)
    look(track, 0, [0.9, 0.2, 0.8, 0.9, 0.1])
    records = [track.record()]
    for ending in ('json', 'jsonl', 'csv'):
        write_tracks(tmp_path / f'tracks.{ending}', records, SCHEMA)
    (plain,) = json.loads((tmp_path / 'tracks.json').read_text(encoding='utf-8'))['tracks']
    assert json.loads((tmp_path / 'tracks.jsonl').read_text(encoding='utf-8')) == plain
    with (tmp_path / 'tracks.csv').open(newline='', encoding='utf-8') as file:
        (row,) = csv.DictReader(file)
    assert (row['track'], row['Hat'], row['Coat']) == ('7', 'yes', 'blue')
    assert float(row['Front:time']) == 1 and plain['attributes']['Coat']['value'] == 'blue'


TRAITS = {
    'Female': ('gender', 'female'),
    'LongHair': ('hair', 'long'),
    'Trousers': ('lower_wear', 'trousers'),
    'ShortSleeve': ('sleeve', 'short'),
    'Backpack': ('backpack', True),
    'LongCoat': ('long_coat', True),
}
SHOTS = 8


def toy_people(num_identities, first):
    """Pictures of people, several of each, and what they really have."""
    people = ToyPedestrians(
        num_identities * SHOTS, images_per_identity=SHOTS, first_identity=first, num_cameras=1
    )
    truth = [[getattr(who, trait) == value for trait, value in TRAITS.values()] for who in people]
    return np.array(truth), [people.image(index) for index in range(len(people))]


def features(image):
    small = cv2.resize(image, (8, 16), interpolation=cv2.INTER_AREA).astype(float) / 255
    return np.concatenate([small.ravel(), [1.0]])


def test_tracks_are_at_least_as_right_as_their_mean_frame_and_steadier():
    """A ridge regression on pixels of generated people, and other people in several frames."""
    targets, images = toy_people(60, 1)
    rows = np.array([features(image) for image in images])
    gram = rows.T @ rows + 3.0 * np.eye(rows.shape[1])
    weights = np.linalg.solve(gram, rows.T @ (2.0 * targets - 1))
    schema = AttributeSchema(TRAITS)
    rule = AnswerRule.of_checkpoint({}, schema, source='x', thresholds='half')

    targets, images = toy_people(40, 1001)
    of_frames, of_tracks, changes = [], [], []
    for person in range(40):
        track = TrackAttributes(rule, 'v.avi', person)
        truth = targets[person * SHOTS]
        answers = []
        for shot in range(SHOTS):
            image = images[person * SHOTS + shot]
            height, width = image.shape[:2]
            p = 1 / (1 + np.exp(-4 * features(image) @ weights))
            quality = quality_of(image, np.array([0, 0, width, height]), 128)
            frame = Frame(image, 'v.avi', shot, shot / 2)
            record = PersonRecord((0, 0, width, height), 1.0, person, quality)
            track.see(frame)
            track.look(frame, record, p, weight=quality.weight(128), image=image)
            answers.append([track.rule.answer(p[None]).values[0], [*track.answers.values()]])
        single = np.array([row for row, _ in answers])
        combined = np.array([[answer.value for answer in row] for _, row in answers])
        of_frames.append((single == truth).mean())
        of_tracks.append((combined[-1] == truth).mean())
        both = [single.astype(int), combined.astype(int)]
        changes.append([(np.diff(rows, axis=0) != 0).mean() for rows in both])
    gain = np.array(of_tracks) - np.array(of_frames)
    spread = gain.std(ddof=1) / np.sqrt(len(gain))
    assert gain.mean() - 1.96 * spread > 0  # paired, 95 %
    frames_change, tracks_change = np.mean(changes, axis=0)
    assert frames_change > 0.02 and tracks_change < 0.5 * frames_change
