import numpy as np
import pytest

from par_plugins.datasets.samplers.label_rows import LabelRows
from par_plugins.structures import Attribute, AttributeSchema, InputError
from tests.datasets.samplers.label_sets import kinds, long_tailed

SCHEMA = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old')), 'Hat'])


@pytest.mark.parametrize('kind', kinds())
def test_the_rows_give_back_the_labels_and_no_two_are_equal(kind):
    labels = kinds()[kind]
    rows = LabelRows.from_labels(labels)
    np.testing.assert_array_equal(rows.targets[rows.row_of_image], labels)
    assert len({tuple(row) for row in rows.targets}) == len(rows.targets)
    np.testing.assert_array_equal(
        rows.num_images, [(labels == row).all(axis=1).sum() for row in rows.targets]
    )


@pytest.mark.parametrize('num_attributes', [8, 63, 64, 65, 130])
def test_rows_that_differ_in_one_label_are_kept_apart(num_attributes):
    labels = np.concatenate(
        [np.zeros((1, num_attributes)), np.eye(num_attributes), -np.eye(num_attributes)]
    )
    labels = np.concatenate([labels, labels])
    rows = LabelRows.from_labels(labels)
    assert len(rows.targets) == 2 * num_attributes + 1
    np.testing.assert_array_equal(rows.num_images, 2)
    np.testing.assert_array_equal(rows.targets[rows.row_of_image], labels)


def test_a_categorical_attribute_has_a_column_for_each_value():
    rows = LabelRows.from_labels([[1, 2, 0], [0, -1, 1]], SCHEMA)
    assert rows.column_names == ('Female', 'Age=child', 'Age=adult', 'Age=old', 'Hat')
    np.testing.assert_array_equal(
        rows.positive[rows.row_of_image], [[1, 0, 0, 1, 0], [0, 0, 0, 0, 1]]
    )
    np.testing.assert_array_equal(rows.known[rows.row_of_image], [[1, 1, 1, 1, 1], [1, 0, 0, 0, 1]])


def test_proportions_are_weighted_shares_of_known_labels():
    labels = long_tailed(50, 4, unknown=0.3)
    labels[:, 3] = -1
    weights = np.random.default_rng(0).random(50)
    found = LabelRows.from_labels(labels).proportions(weights)
    expected = [weights[column == 1].sum() / weights[column >= 0].sum() for column in labels.T[:3]]
    np.testing.assert_allclose(found[:3], expected)
    assert np.isnan(found[3])


@pytest.mark.parametrize('dtype', [bool, np.uint8, np.int32, np.float32])
def test_any_type_of_number_will_do(dtype):
    labels = kinds()['balanced']
    found = LabelRows.from_labels(labels.astype(dtype))
    np.testing.assert_array_equal(found.targets[found.row_of_image], labels)
    assert found.targets.dtype == np.int64


@pytest.mark.parametrize(
    ('labels', 'message'),
    [
        (np.zeros((0, 3)), r'shape \(0, 3\)'),
        (np.zeros((3, 0)), r'shape \(3, 0\)'),
        (np.zeros(3), r'shape \(3,\)'),
        ([[0.0, 1.0], [0.0, np.nan]], 'row 1, column 1: nan is not an integer'),
        ([[0.0, 0.5]], 'row 0, column 1: 0.5 is not an integer'),
        ([[0, 1], [2, 0]], "row 1, attribute 'column 0': label 2"),
        ([[0, 1], [1, -2]], "row 1, attribute 'column 1': label -2"),
        ([['0', '1']], 'expected numbers'),
    ],
)
def test_bad_labels_are_refused_in_a_sentence(labels, message):
    with pytest.raises(InputError, match=message):
        LabelRows.from_labels(labels)


def test_a_label_outside_the_values_of_its_attribute_is_refused():
    with pytest.raises(InputError, match="row 0, attribute 'Age': label 3"):
        LabelRows.from_labels([[1, 3, 0]], SCHEMA)
