import sys

import numpy as np
import pytest

from par_plugins.structures import Attribute, AttributeSchema, InputError
from projects.paper_studies.crl import hog_knn as module
from projects.paper_studies.crl.hog_knn import hog_features, hog_knn

SCHEMA = AttributeSchema([Attribute('class', ('stripes', 'bars', 'checks'))])


class Images(list):
    """A dataset of one attribute; equal to itself alone, as datasets are."""

    __hash__ = object.__hash__
    __eq__ = object.__eq__

    def __init__(self, images, labels, schema=SCHEMA):
        super().__init__({'img': image} for image in images)
        self.targets = np.array(labels)[:, None]
        self.metainfo = {'schema': schema}


def of_classes(num_images, seed):
    """Images of stripes, bars or both, whose gradients differ."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 3, num_images)
    labels[:3] = [0, 1, 2]
    wave = 255 * (np.arange(32) % 8 < 4)
    patterns = [np.tile(wave, (32, 1)), np.tile(wave, (32, 1)).T]
    patterns.append((patterns[0] + patterns[1]) // 2)
    noise = generator.integers(0, 40, (num_images, 32, 32, 3))
    images = np.stack([patterns[label] for label in labels])[..., None] + noise
    return Images(images.clip(0, 255).astype(np.uint8), labels)


def numbers_for_pictures(monkeypatch):
    """Let the mean grey of an image be its only feature."""
    monkeypatch.setattr(
        module, 'hog_features', lambda images: np.array([[image.mean()] for image in images])
    )


def greys(values, labels):
    return Images([np.full((16, 16, 3), v, np.uint8) for v in values], labels)


def test_the_number_of_neighbours_is_chosen_on_the_validation_split(monkeypatch):
    numbers_for_pictures(monkeypatch)
    # One wrong label among those of the first class: alone it misleads, outvoted it does not.
    train = greys([10, 12, 14, 100, 102, 104, 200, 202, 204], [0, 1, 0, 1, 1, 1, 2, 2, 2])
    val, test = greys([12, 101, 201], [0, 1, 2]), greys([12, 12, 101, 201], [0, 1, 1, 2])
    result = hog_knn(train, val, test, neighbours=[1, 3])
    assert result.num_neighbours == 3
    assert result.val == {1: pytest.approx(200 / 3), 3: pytest.approx(100)}
    assert result.test == pytest.approx((100 + 50 + 100) / 3)


def test_the_smallest_of_equally_good_numbers_is_taken(monkeypatch):
    numbers_for_pictures(monkeypatch)
    train = greys([10, 12, 14, 100, 102, 104, 200, 202, 204], [0, 0, 0, 1, 1, 1, 2, 2, 2])
    val = greys([12, 101, 201], [0, 1, 2])
    assert hog_knn(train, val, val, neighbours=[3, 2, 1]).num_neighbours == 1


def test_patterns_of_different_directions_are_told_apart():
    pytest.importorskip('skimage', reason='scikit-image is not installed')
    train, val, test = (of_classes(30, seed) for seed in range(3))
    assert hog_features([train[0]['img']]).shape == (1, 324)
    assert hog_knn(train, val, test, neighbours=[1, 3]).test == 100


def test_without_scikit_image_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, 'skimage.feature', None)
    with pytest.raises(InputError, match='pip install scikit-image'):
        hog_features([np.zeros((32, 32, 3), np.uint8)])


def test_bad_arguments_are_refused():
    train = greys([1, 2], [0, 1])
    for neighbours in ([], [0], [1, 3]):
        with pytest.raises(InputError, match='between 1 and 2, got'):
            hog_knn(train, train, train, neighbours=neighbours)
    train.metainfo = {'schema': AttributeSchema(['a', 'b'])}
    with pytest.raises(InputError, match='for one attribute'):
        hog_knn(train, train, train, neighbours=[1])
