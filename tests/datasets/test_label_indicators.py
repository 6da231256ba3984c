import numpy as np

from par_plugins.datasets.label_indicators import LabelIndicators
from par_plugins.structures import Attribute, AttributeSchema

SCHEMA = AttributeSchema(['Hat', Attribute('Age', ('young', 'adult', 'old')), 'Bag'])
TARGETS = np.array([[1, 0, 0], [0, 2, -1], [-1, 1, 1], [1, -1, 1], [1, 2, 0]])


def test_a_binary_attribute_is_a_column_and_each_value_of_another_too():
    found = LabelIndicators.from_targets(TARGETS, SCHEMA)
    assert found.names == ('Hat', 'Age: young', 'Age: adult', 'Age: old', 'Bag')
    assert found.positive.astype(int).tolist() == [
        [1, 1, 0, 0, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 1, 0, 1],
        [1, 0, 0, 0, 1],
        [1, 0, 0, 1, 0],
    ]
    assert found.known.astype(int).tolist() == [
        [1, 1, 1, 1, 1],
        [1, 1, 1, 1, 0],
        [0, 1, 1, 1, 1],
        [1, 0, 0, 0, 1],
        [1, 1, 1, 1, 1],
    ]


def test_ratios_count_the_known_labels_alone():
    ratios = LabelIndicators.from_targets(TARGETS, SCHEMA).ratios
    np.testing.assert_allclose(ratios, [3 / 4, 1 / 4, 1 / 4, 2 / 4, 2 / 4])
    unknown = LabelIndicators.from_targets(np.array([[-1, 0, 0]]), SCHEMA).ratios
    assert np.isnan(unknown[0]) and unknown[4] == 0


def test_correlation_is_that_of_the_images_where_both_are_known():
    rng = np.random.default_rng(0)
    targets = rng.integers(-1, 2, (60, 3))
    targets[:, 2] = np.where(targets[:, 0] < 0, -1, 1 - targets[:, 0])
    schema = AttributeSchema(['a', 'b', 'not_a'])
    found = LabelIndicators.from_targets(targets, schema).correlation
    both = (targets[:, 0] >= 0) & (targets[:, 1] >= 0)
    expected = np.corrcoef(targets[both, 0], targets[both, 1])[0, 1]
    np.testing.assert_allclose([found[0, 1], found[1, 0]], expected, atol=1e-12)
    np.testing.assert_allclose([found[0, 0], found[0, 2]], [1, -1], atol=1e-12)
    always = LabelIndicators.from_targets(np.array([[1, 0, 0], [1, 1, -1]]), schema).correlation
    assert np.isnan(always[0]).all() and np.isnan(always[1, 2]) and always[1, 1] == 1


def test_co_occurrence_is_the_share_of_the_rows_people_who_have_the_column():
    shares = LabelIndicators.from_targets(TARGETS, SCHEMA).co_occurrence
    hat, young, adult, old, bag = range(5)
    assert shares[hat, hat] == 1
    assert shares[hat, bag] == 1 / 3  # images 0, 3, 4 have a hat, of these 3 has a bag
    assert shares[hat, old] == 1 / 2  # the age of image 3 is unknown
    assert shares[bag, hat] == 1  # image 2 may have a hat or not
    assert shares[old, bag] == 0 and shares[young, old] == 0
    assert np.isnan(shares[adult, hat])  # of the one adult the hat is unknown
