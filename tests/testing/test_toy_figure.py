"""Toy pedestrians: whatever is labelled shows in the picture."""

from dataclasses import replace

import numpy as np
import pytest

from par_plugins.testing import PA100K_ATTRIBUTES, ToyPedestrian
from par_plugins.testing.toy_appearance import (
    HAIR_COLOR_RATIOS,
    HIDDEN_FROM_BACK,
    LOWER_COLOR_RATIOS,
    UPPER_COLOR_RATIOS,
)
from par_plugins.testing.toy_scene import render

VIEWS = ('front', 'side', 'back')
USUAL = ToyPedestrian(upper_color='blue', lower_color='gray')
# A change that a person can see covers at least this share of the picture.
SMALLEST_CHANGE = 0.0025
BODY_ATTRIBUTES = [a for a in PA100K_ATTRIBUTES if a.trait != 'view']


def picture(pedestrian: ToyPedestrian) -> np.ndarray:
    return render(pedestrian, seed=0, shot=0, difficulty=0.0, size=(128, 64))


def changed_share(one: ToyPedestrian, other: ToyPedestrian) -> float:
    """Share of the pixels in which two clean pictures with the same random numbers differ."""
    difference = picture(one).astype(int) - picture(other).astype(int)
    return float((abs(difference).max(axis=2) > 20).mean())


@pytest.mark.parametrize('view', VIEWS)
@pytest.mark.parametrize('attribute', BODY_ATTRIBUTES, ids=lambda a: a.name)
def test_an_attribute_shows_in_every_view_where_it_is_labelled(attribute, view):
    values = {a.value for a in PA100K_ATTRIBUTES if a.trait == attribute.trait}
    others = (values | {getattr(USUAL, attribute.trait)}) - {attribute.value}
    with_it = replace(USUAL, view=view, **{attribute.trait: attribute.value})
    assert others
    for value in others:
        without = replace(with_it, **{attribute.trait: value})
        if view == 'back' and attribute.name in HIDDEN_FROM_BACK and value in (False, 'plain'):
            assert np.array_equal(picture(without), picture(with_it))
        else:
            assert changed_share(without, with_it) >= SMALLEST_CHANGE, value


def test_the_three_views_look_different():
    assert len(BODY_ATTRIBUTES) + len(VIEWS) == 26
    for view, other in (('front', 'side'), ('side', 'back'), ('back', 'front')):
        one, two = replace(USUAL, view=view), replace(USUAL, view=other)
        assert changed_share(one, two) >= SMALLEST_CHANGE


@pytest.mark.parametrize('view', VIEWS)
@pytest.mark.parametrize(
    ('trait', 'values'),
    [
        ('upper_color', list(UPPER_COLOR_RATIOS)),
        ('lower_color', list(LOWER_COLOR_RATIOS)),
        ('hair_color', list(HAIR_COLOR_RATIOS)),
        ('hair', ['short', 'long']),
    ],
)
def test_every_value_of_a_trait_without_a_label_shows_too(trait, values, view):
    people = [replace(USUAL, view=view, **{trait: value}) for value in values]
    for index, one in enumerate(people):
        for other in people[index + 1 :]:
            assert changed_share(one, other) >= SMALLEST_CHANGE, (one, other)
