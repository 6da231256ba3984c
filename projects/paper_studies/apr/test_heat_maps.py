"""Heat of attributes, and where they show."""

from itertools import islice

import numpy as np
import pytest

from par_plugins.testing.toy_pedestrians import ToyPedestrians
from projects.paper_studies.apr.heat_maps import (
    WITHOUT,
    Sighting,
    heat_grid,
    heat_table,
    share_of_heat,
    sightings,
)

PEOPLE = ToyPedestrians(300, seed=3, images_per_identity=1)


def middle(picture):
    """Mean height of the pixels that show something: 0 at the top, 1 at the bottom."""
    return np.nonzero(picture.shows)[0].mean() / len(picture.shows)


@pytest.mark.parametrize('name', WITHOUT)
def test_an_attribute_shows_on_some_of_the_picture_of_those_who_have_it(name):
    found = list(islice(sightings(PEOPLE, name), 3))
    assert len(found) == 3
    for picture in found:
        assert picture.shows.shape == picture.image.shape[:2]
        assert 0 < picture.shows.mean() < 0.3


def test_a_hat_shows_above_sleeves_and_these_above_legs():
    names = ('hat', 'short_sleeve', 'short_lower_body')
    heights = [np.mean([middle(x) for x in islice(sightings(PEOPLE, n), 4)]) for n in names]
    assert heights == sorted(heights) and heights[0] + 0.1 < heights[1] < heights[2] - 0.1


def test_the_share_of_heat_is_where_the_attribute_shows():
    heat = np.array([[3.0, 1.0], [0.0, 0.0]])
    assert share_of_heat(heat, np.array([[True, False], [True, False]])) == 0.75
    assert np.isnan(share_of_heat(np.zeros((2, 2)), np.ones((2, 2), bool)))


@pytest.fixture
def seen():
    image = np.full((8, 4, 3), 100, np.uint8)
    above, below = np.zeros((8, 4), bool), np.zeros((8, 4), bool)
    above[:2], below[6:] = True, True
    return {'hat': [Sighting(image, above)] * 2, 'shoe': [Sighting(image, below)] * 2}


def maps(image, box, name):
    """Heat of the upper half for a hat, of all for anything else."""
    assert box == (0, 0, 4, 8)
    heat = np.ones((8, 4))
    if name == 'hat':
        heat[4:] = 0
    return heat


def test_the_table_compares_the_heat_of_an_attribute_with_that_of_the_others(seen):
    assert heat_table(seen, maps).splitlines()[2:] == [
        '| hat | 2 | 2 | 25.0 | 50.0 | 25.0 |',
        '| shoe | 2 | 2 | 25.0 | 25.0 | 0.0 |',
    ]


def test_maps_without_heat_are_counted_and_left_out_of_the_means(seen):
    image, above = seen['hat'][0]
    seen['hat'][1] = Sighting(np.zeros_like(image), above)

    def blind(image, box, name):
        return maps(image, box, name) * (image.max() > 0)

    hat = heat_table(seen, blind).splitlines()[2]
    assert hat == '| hat | 2 | 1 | 25.0 | 50.0 | 25.0 |'


def test_the_grid_has_a_row_an_attribute_and_pairs_of_pictures(seen):
    grid = heat_grid(seen, maps, people=2, size=(4, 8))
    assert grid.shape == (16, 16, 3)
    plain, warm = grid[:8, :4], grid[:8, 4:8]
    assert (plain == 100).all()
    assert (warm[0] != warm[7]).any() and (grid[8:, 4] == grid[8, 4]).all()
