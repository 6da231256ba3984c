"""Toy pedestrians: pictures that depend on the arguments and the index alone."""

import cv2
import numpy as np
import pytest

from par_plugins.structures import InputError
from par_plugins.testing import ToyPedestrians, draw_sheet, pa100k_labels

NUM_IMAGES = 12


def pictures(pedestrians: ToyPedestrians) -> list[bytes]:
    return [pedestrians.jpeg(index) for index in range(len(pedestrians))]


def test_same_arguments_give_the_same_pictures_and_labels_in_any_order():
    one, two = ToyPedestrians(NUM_IMAGES, seed=3), ToyPedestrians(NUM_IMAGES, seed=3)
    backwards = [two.jpeg(index) for index in reversed(range(NUM_IMAGES))]
    assert pictures(one) == backwards[::-1]
    assert np.array_equal(pa100k_labels(one), pa100k_labels(two))


def test_the_global_generator_neither_matters_nor_moves():
    np.random.seed(0)  # noqa: NPY002 (the global generator is the point)
    before = pictures(ToyPedestrians(4))
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    assert pictures(ToyPedestrians(4)) == before
    np.random.seed(0)  # noqa: NPY002
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_other_seeds_and_other_indices_give_other_pictures_and_labels():
    one, two = (ToyPedestrians(NUM_IMAGES, seed=seed) for seed in (0, 1))
    assert len({*pictures(one), *pictures(two)}) == 2 * NUM_IMAGES
    assert not np.array_equal(pa100k_labels(one), pa100k_labels(two))


def test_a_larger_set_begins_with_the_smaller_one():
    small, large = ToyPedestrians(4), ToyPedestrians(NUM_IMAGES)
    assert pictures(large)[:4] == pictures(small)
    assert list(large)[:4] == list(small)


def test_images_of_an_identity_stand_together_under_different_cameras():
    people = list(ToyPedestrians(7, images_per_identity=3, first_identity=2, identity_step=5))
    assert [person.identity for person in people] == [2, 2, 2, 7, 7, 7, 12]
    assert len({person.camid for person in people[:3]}) == 3


def test_crops_vary_around_the_size_asked_for():
    shapes = np.array([ToyPedestrians(60, image_size=(64, 32)).image(i).shape for i in range(60)])
    assert (shapes[:, 2] == 3).all()
    assert len(np.unique(shapes[:, 0])) > 10
    assert np.median(shapes[:, 0]) == pytest.approx(64, rel=0.1)
    assert np.median(shapes[:, 0] / shapes[:, 1]) == pytest.approx(2, rel=0.1)


def test_difficulty_moves_pictures_away_from_the_clean_ones():
    clean = ToyPedestrians(NUM_IMAGES, difficulty=0)
    distances = []
    for difficulty in (0.25, 0.5, 1, 2):
        hard = ToyPedestrians(NUM_IMAGES, difficulty=difficulty)
        assert list(hard) == list(clean)
        differences = [
            abs(hard.image(index).astype(int) - clean.image(index)).mean()
            for index in range(NUM_IMAGES)
        ]
        distances.append(np.mean(differences))
    assert 0 < distances[0] < distances[1] < distances[2] < distances[3]


def test_clean_pictures_have_no_noise():
    image = ToyPedestrians(1, difficulty=0).image(0)
    assert (image[:4, :4] == image[0, 0]).all()
    noisy = ToyPedestrians(1, difficulty=1).image(0)
    assert noisy[:4, :4].std(axis=(0, 1)).min() > 1


def test_a_file_shows_the_picture():
    pedestrians = ToyPedestrians(1, difficulty=0)
    decoded = cv2.imdecode(np.frombuffer(pedestrians.jpeg(0), np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape == pedestrians.image(0).shape
    assert abs(decoded.astype(int) - pedestrians.image(0)).mean() < 5


def test_a_sheet_shows_every_picture_above_its_labels():
    pedestrians = ToyPedestrians(3)
    one, all_three = draw_sheet(pedestrians, 1), draw_sheet(pedestrians, 99)
    width = one.shape[1] // 10
    drawn = [(all_three[:, i * width : (i + 1) * width] < 128).any() for i in range(10)]
    assert drawn == [True] * 3 + [False] * 7
    assert (one[-40:, :width] < 128).any()


@pytest.mark.parametrize(
    ('arguments', 'sentence'),
    [
        (dict(num_images=0), 'num_images must be at least 1, got 0'),
        (dict(num_images=1, seed=-1), 'seed must be at least 0, got -1'),
        (dict(num_images=1, difficulty=-0.5), 'difficulty must be at least 0, got -0.5'),
        (dict(num_images=1, difficulty=float('nan')), 'difficulty must be at least 0, got nan'),
        (
            dict(num_images=1, images_per_identity=0),
            'images_per_identity must be at least 1, got 0',
        ),
        (dict(num_images=1, first_identity=-1), 'first_identity must be at least 0, got -1'),
        (dict(num_images=1, identity_step=0), 'identity_step must be at least 1, got 0'),
        (dict(num_images=1, image_size=(128, 8)), r'image_size .* at least 16, got \(128, 8\)'),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, sentence):
    with pytest.raises(InputError, match=sentence):
        ToyPedestrians(**arguments)


@pytest.mark.parametrize('index', [-1, 2])
def test_an_index_outside_the_set_is_refused(index):
    with pytest.raises(IndexError, match=f'got {index}'):
        ToyPedestrians(2).image(index)
