"""Features of few classes: how well they are told apart, and where they lie."""

import numpy as np
import pytest

from projects.paper_studies.crl.three_classes import (
    Features,
    planes,
    told_apart,
    told_apart_table,
)


@pytest.fixture
def images():
    """Classes 0 and 1 are frequent; two images of four of class 3 are taken for one of these."""
    labels = np.repeat([0, 1, 3], 4)
    logits = np.zeros((12, 5))
    logits[np.arange(12), labels] = 1.0
    logits[8:10, 1] = 2.0
    logits[:, 4] = 9.0  # a class that may not be answered
    features = np.random.default_rng(0).normal(10.0 * labels[:, None], 0.1, (12, 6))
    return Features(features.astype(np.float32), logits, labels)


def test_only_the_classes_compared_may_be_answered(images):
    rare, others, silhouette = told_apart(images, [0, 1], 3)
    assert (rare, others) == (50.0, 100.0)
    assert silhouette > 0.9  # far from the others


def test_a_rare_class_among_the_others_has_no_silhouette(images):
    features = images.features.copy()
    features[8:] = features[:4] + 0.01
    mixed = Features(features, images.logits, images.labels)
    assert told_apart(mixed, [0, 1], 3)[2] < 0.1


def test_the_table_has_the_rarest_class_and_the_mean_of_all_rare_ones(images):
    labels = np.concatenate([images.labels, [4] * 4])
    logits = np.concatenate([images.logits, np.eye(5)[[4] * 4]])
    logits[:, 4] = labels == 4
    features = np.concatenate([images.features, np.full((4, 6), 90.0) + np.eye(4, 6)])
    both = Features(features, logits, labels)
    row = told_apart_table({'plain': both}, [0, 1], [4, 3]).splitlines()[2]
    cells = [cell.strip() for cell in row.split('|')[1:-1]]
    assert cells[:3] == ['plain', '50.0', '100.0']
    assert cells[4:6] == ['75.0', '100.0']  # all of class 4, half of class 3


def test_the_plane_has_the_images_of_each_class_and_keeps_what_lies_apart(images):
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1, 3], 40)
    features = rng.normal(20.0 * labels[:, None], 1.0, (120, 6)).astype(np.float32)
    some = Features(features, np.zeros((120, 5)), labels)
    found = planes(some, {0: 'apple', 3: 'beaver'})
    assert {name: len(x) for name, (x, _) in found.items()} == {'apple': 40, 'beaver': 40}
    centres = {name: np.mean(points, axis=1) for name, points in found.items()}
    spread = max(np.std(points, axis=1).max() for points in found.values())
    assert np.linalg.norm(centres['apple'] - centres['beaver']) > 2 * spread
    assert found == planes(some, {0: 'apple', 3: 'beaver'})
