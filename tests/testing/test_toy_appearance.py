"""Toy pedestrians: the ratios and the correlations of PA-100K, by identity."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from par_plugins.testing import PA100K_ATTRIBUTES, ToyPedestrian, ToyPedestrians, pa100k_labels
from par_plugins.testing.toy_appearance import (
    CONDITIONS,
    HIDDEN_FROM_BACK,
    NUM_CAMERAS,
    conditional_ratio,
    sample_pedestrian,
    trait_ratio,
)

NAMES = [attribute.name for attribute in PA100K_ATTRIBUTES]
NUM_PEOPLE = 20_000
# Of the standard deviations that a sample's ratio is off: exceeded once in 15,000 samples.
LARGEST_DEVIATION = 4


@pytest.fixture(scope='module')
def labels() -> dict[str, np.ndarray]:
    """The labels of 20,000 people, one image each, by name."""
    matrix = pa100k_labels(ToyPedestrians(NUM_PEOPLE, images_per_identity=1))
    assert matrix.shape == (NUM_PEOPLE, 26)
    return {name: matrix[:, column] == 1 for column, name in enumerate(NAMES)}


def assert_ratio(positives: np.ndarray, expected: float) -> None:
    deviation = (expected * (1 - expected) / len(positives)) ** 0.5
    assert abs(positives.mean() - expected) <= LARGEST_DEVIATION * deviation


@pytest.mark.parametrize('attribute', PA100K_ATTRIBUTES, ids=NAMES)
def test_ratios_of_labels_are_those_of_the_table(labels, attribute):
    assert_ratio(labels[attribute.name], attribute.ratio)


@pytest.mark.parametrize(
    'group',
    [
        ('AgeOver60', 'Age18-60', 'AgeLess18'),
        ('Front', 'Side', 'Back'),
        ('ShortSleeve', 'LongSleeve'),
        ('Trousers', 'Shorts', 'Skirt&Dress'),
    ],
)
def test_exactly_one_attribute_of_a_group_is_positive(labels, group):
    assert (sum(labels[name].astype(int) for name in group) == 1).all()


@pytest.mark.parametrize('name', sorted(set(CONDITIONS) - HIDDEN_FROM_BACK))
def test_share_of_an_attribute_among_those_of_its_condition_is_as_stated(labels, name):
    for given, share in CONDITIONS[name].items():
        assert_ratio(labels[name][labels[given]], share)


@pytest.mark.parametrize('name', sorted(HIDDEN_FROM_BACK))
def test_attributes_hidden_from_behind_are_labelled_where_they_show(labels, name):
    assert not labels[name][labels['Back']].any()
    assert_ratio(labels[name][~labels['Back']], trait_ratio(name))


@pytest.mark.parametrize(
    ('name', 'given'),
    [
        ('HandBag', 'Female'),
        ('ShoulderBag', 'Female'),
        ('Skirt&Dress', 'Female'),
        ('Backpack', 'AgeLess18'),
        ('ShortSleeve', 'Shorts'),
        ('ShortSleeve', 'Skirt&Dress'),
        ('LongCoat', 'LongSleeve'),
        ('Hat', 'LongSleeve'),
        ('boots', 'LongCoat'),
    ],
)
def test_attributes_that_go_together_in_pa100k_do_so_here(labels, name, given):
    assert labels[name][labels[given]].mean() > 1.3 * labels[name][~labels[given]].mean()


def test_skirts_and_long_hair_are_women_s():
    people = list(ToyPedestrians(2000, images_per_identity=1))
    assert {p.gender for p in people if p.lower_wear == 'skirt'} == {'female'}
    long_hair = [p.gender == 'female' for p in people if p.hair == 'long']
    assert np.mean(long_hair) > 0.9


def test_every_condition_leaves_a_possible_ratio_to_every_value_of_a_trait():
    traits = {attribute.trait for attribute in PA100K_ATTRIBUTES}
    assert len(traits) == 15
    for trait in traits:
        names = [a.name for a in PA100K_ATTRIBUTES if a.trait == trait and a.name in CONDITIONS]
        for givens in product(*([None, *CONDITIONS[name]] for name in names)):
            ratios = [conditional_ratio(*pair) for pair in zip(names, givens, strict=True)]
            assert all(-1e-12 <= ratio <= 1 for ratio in ratios), (trait, givens, ratios)
            assert sum(ratios) <= 1, (trait, givens, ratios)


def test_an_identity_keeps_its_traits_under_all_views_and_cameras():
    shots = [sample_pedestrian(5, 17, shot) for shot in range(4 * NUM_CAMERAS)]
    assert len({replace(shot, view='front', camid=1) for shot in shots}) == 1
    assert {shot.camid for shot in shots} == set(range(1, NUM_CAMERAS + 1))
    assert {shot.view for shot in shots} == {'front', 'side', 'back'}


def test_another_seed_is_another_world():
    people = [[sample_pedestrian(seed, i, 0) for i in range(20)] for seed in (0, 1)]
    assert all(a.identity == b.identity for a, b in zip(*people, strict=True))
    assert sum(a != b for a, b in zip(*people, strict=True)) >= 19


def test_labels_follow_traits_and_view_by_name():
    woman = ToyPedestrian(
        gender='female', lower_wear='skirt', sleeve='short', glasses=True, view='front'
    )
    seen, hidden = pa100k_labels([woman, replace(woman, view='back')])
    expected = {'Female', 'Age18-60', 'Front', 'Glasses', 'ShortSleeve', 'Skirt&Dress'}
    assert {name for name, label in zip(NAMES, seen, strict=True) if label} == expected
    expected = expected - {'Front', 'Glasses'} | {'Back'}
    assert {name for name, label in zip(NAMES, hidden, strict=True) if label} == expected
    assert pa100k_labels([]).shape == (0, 26)
