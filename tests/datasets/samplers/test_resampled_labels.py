import numpy as np
import pytest

from par_plugins.datasets.samplers import ResampledLabels
from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.structures import AttributeSchema

ROWS = LabelRows.from_labels([[1, 0], [0, 1], [0, -1], [0, 0]], AttributeSchema(['Hat', 'Bag']))


def test_the_numbers_are_those_of_the_hand_calculation():
    found = ResampledLabels.from_weights(np.array([2.0, 0.5, 0.5, 0.0]), ROWS)
    assert found.size == 3
    assert found.largest_repeat == 2
    assert found.share_drawn == pytest.approx((1 + 0.5 + 0.5) / 4)
    assert found.effective_sample_size == pytest.approx(9 / (4 * 4.5))
    np.testing.assert_allclose(found.proportions_before, [1 / 4, 1 / 3])
    np.testing.assert_allclose(found.proportions_after, [2 / 3, 0.5 / 2.5])


def test_equal_weights_change_nothing_and_have_the_whole_sample_size():
    found = ResampledLabels.from_weights(np.full(4, 0.5), ROWS)
    assert found.effective_sample_size == 1
    np.testing.assert_allclose(found.proportions_after, found.proportions_before)


def test_the_table_has_a_line_for_each_column():
    table = ResampledLabels.from_weights(np.array([2.0, 0.5, 0.5, 0.0]), ROWS).table()
    first, _, *lines = table.splitlines()
    assert first.startswith('3 draws from 4 images: 50.0% of the images')
    assert [line.split() for line in lines] == [
        ['Hat', '25.00%', '66.67%'],
        ['Bag', '33.33%', '20.00%'],
    ]
