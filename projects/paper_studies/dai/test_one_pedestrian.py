"""One pedestrian with rare attributes, and everybody."""

import numpy as np
import pytest

from par_plugins.structures import InputError
from projects.paper_studies.dai.one_pedestrian import (
    everybody_table,
    first_with_rare,
    pedestrian_figure,
)

SHARES = np.array([0.5, 0.05, 0.02, 0.01, 0.03])


def test_the_first_with_enough_rare_attributes_is_taken_with_the_rarest_of_them():
    labels = np.array([[1, 1, 1, 0, 0], [1, 1, 1, 0, 1], [0, 1, 1, 1, 1]])
    row, columns = first_with_rare(labels, SHARES)
    assert row == 1 and columns.tolist() == [2, 4, 1]
    row, columns = first_with_rare(labels[::-1], SHARES)
    assert row == 0 and columns.tolist() == [3, 2, 4]
    with pytest.raises(InputError, match='none of 3 pedestrians has 5 rare attributes'):
        first_with_rare(labels, SHARES, number=5)


def test_the_table_has_means_of_positives_and_negatives_and_the_ranking():
    labels = np.array([[1], [0], [1], [0]])
    plain, other = np.array([[0.9], [0.1], [0.3], [0.5]]), np.array([[0.6], [0.2], [0.4], [0.0]])
    lines = everybody_table(['hat'], labels, {'plain': plain, 'other': other}).splitlines()
    assert lines[0].startswith('| attribute | positives | mean of positives: plain |')
    # Ranks of the positives are 1 and 3, then 1 and 2.
    assert lines[2] == '| hat | 2 of 4 | 60.0 | 50.0 | 30.0 | 10.0 | 83.3 | 100.0 |'
    assert len({line.count('|') for line in lines}) == 1


def test_the_figure_has_the_picture_and_a_bar_for_each_network_and_attribute():
    picture = np.zeros((8, 4, 3), np.uint8)
    values = {'before': [0.1, 0.2], 'after': [0.7, 0.3]}
    figure = pedestrian_figure(picture, ['hat', 'boots'], values)
    person, bars = figure.axes
    assert person.images[0].get_array().shape == (8, 4, 3)
    assert [bar.get_width() for bar in bars.patches] == [0.1, 0.2, 0.7, 0.3]
    assert [tick.get_text() for tick in bars.get_yticklabels()] == ['hat', 'boots']
