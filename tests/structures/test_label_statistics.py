import numpy as np
import pytest

from par_plugins.structures import Attribute, AttributeSchema, InputError, LabelStatistics

MIXED = AttributeSchema(['a', Attribute('b', ('x', 'y', 'z')), 'c'])
TARGETS = np.array([[1, 2, -1], [0, 2, -1], [1, -1, -1], [1, 0, -1]])


def test_counts_are_of_known_labels_by_attribute_and_value():
    statistics = LabelStatistics.from_targets(TARGETS, MIXED)
    assert statistics.counts.tolist() == [[1, 3, 0], [1, 0, 2], [0, 0, 0]]
    assert statistics.known.tolist() == [4, 3, 0]
    assert statistics.num_images == 4


def test_shares_are_of_the_known_and_undefined_where_nothing_is_known():
    statistics = LabelStatistics.from_targets(TARGETS, MIXED)
    np.testing.assert_allclose(statistics.shares[:2], [[0.25, 0.75, 0], [1 / 3, 0, 2 / 3]])
    assert np.isnan(statistics.shares[2]).all()
    assert statistics.positive_ratio[0] == 0.75
    assert np.isnan(statistics.positive_ratio[1:]).all()


def test_labels_outside_the_schema_are_refused():
    with pytest.raises(InputError, match="row 0, attribute 'b'"):
        LabelStatistics.from_targets(np.array([[0, 3, 0]]), MIXED)
