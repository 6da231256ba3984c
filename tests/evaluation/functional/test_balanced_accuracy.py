import math

import numpy as np
import pytest
import torch

from par_plugins.evaluation.functional import (
    EntryError,
    ValueCounts,
    attribute_scores,
    balanced_accuracy,
    matrices,
)
from tests.references.balanced_accuracy import balanced_accuracy as reference

# Two attributes of three and two values; the second attribute's value 1 has no label.
PREDICTIONS = np.array([[0, 0], [0, 1], [1, 0], [2, 0], [2, 1]])
TARGETS = np.array([[0, 0], [1, 0], [1, 0], [2, -1], [-1, -1]])


def random_case(seed, num_values, num_images=30, unknown=0.2):
    generator = np.random.default_rng(seed)
    shape = (num_images, len(num_values))
    predictions = generator.integers(0, num_values, shape)
    targets = generator.integers(0, num_values, shape)
    targets[generator.random(shape) < unknown] = -1
    return predictions, targets


def test_the_score_is_the_one_worked_out_by_hand():
    found = balanced_accuracy(PREDICTIONS, TARGETS, (3, 2))
    first, second = 100 * (1 + 1 / 2 + 1) / 3, 100 * 2 / 3
    assert found['per_attribute'] == pytest.approx([first, second], abs=1e-12)
    assert found['balanced_accuracy'] == pytest.approx((first + second) / 2, abs=1e-12)
    assert found['absent'] == [(1, 1)]
    assert found['undefined'] == {}


@pytest.mark.parametrize('num_values', [[2], [5], [2, 3, 7], [4, 4]])
@pytest.mark.parametrize('num_images', [1, 3, 30])
def test_scores_are_those_of_the_slow_reference(num_values, num_images):
    for seed in range(5):
        predictions, targets = random_case(seed, num_values, num_images)
        found = balanced_accuracy(predictions, torch.from_numpy(targets), num_values)
        mean, by_attribute, absent = reference(predictions.tolist(), targets.tolist(), num_values)
        assert found['balanced_accuracy'] == pytest.approx(mean, abs=1e-9, nan_ok=True)
        assert found['per_attribute'] == pytest.approx(by_attribute, abs=1e-9, nan_ok=True)
        assert found['absent'] == absent


def test_it_is_mean_accuracy_for_binary_attributes_without_an_absent_value():
    predictions, targets = random_case(3, [2] * 6, num_images=100)
    scores = attribute_scores(predictions, targets)
    assert not scores['absent']
    found = balanced_accuracy(predictions, targets, 2)['balanced_accuracy']
    assert found == pytest.approx(scores['mA'], abs=1e-9)


def test_it_keeps_the_side_that_mean_accuracy_drops_with_its_attribute():
    predictions, targets = np.array([[1, 0], [0, 0]]), np.array([[1, 0], [0, 0]])
    targets[:, 1] = [0, 0]
    predictions[1, 1] = 1
    assert attribute_scores(predictions, targets)['mA'] == 100
    assert balanced_accuracy(predictions, targets, 2)['balanced_accuracy'] == (100 + 50) / 2


@pytest.mark.parametrize('num_images', [0, 4])
def test_where_no_label_is_known_the_score_is_nan_with_a_reason(num_images):
    found = balanced_accuracy(
        np.zeros((num_images, 2), np.int64), np.full((num_images, 2), -1), [2, 3]
    )
    assert math.isnan(found['balanced_accuracy'])
    assert found['undefined'] == {'balanced_accuracy': 'no label is known'}
    assert found['absent'] == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]


def test_an_attribute_without_a_known_label_is_left_out_of_the_mean():
    found = balanced_accuracy([[0, 1], [1, 1]], [[0, -1], [1, -1]], [2, 2])
    assert found['balanced_accuracy'] == 100
    assert math.isnan(found['per_attribute'][1])


@pytest.mark.parametrize('dtype', [torch.int8, torch.int32, torch.uint8])
def test_whole_numbers_of_any_type_give_the_same_score(dtype):
    predictions, targets = random_case(4, [3, 2], unknown=0.0)
    expected = balanced_accuracy(predictions, targets, [3, 2])
    found = balanced_accuracy(
        torch.from_numpy(predictions).to(dtype), torch.from_numpy(targets).to(dtype), [3, 2]
    )
    assert found == expected


def test_counts_of_batches_add_up_to_those_of_all():
    num_values = [2, 4, 3]
    predictions, targets = random_case(5, num_values)
    whole = balanced_accuracy(predictions, targets, num_values)
    for cuts in ([1], [0, 7, 7, 29], list(range(1, 30))):
        counts = [
            ValueCounts.from_batch(*batch, num_values)
            for batch in zip(np.split(predictions, cuts), np.split(targets, cuts), strict=True)
        ]
        assert sum(counts[1:], start=counts[0]).scores() == whole


@pytest.mark.parametrize('chunk', [1, 7, 90, 10_000])
def test_the_size_of_the_chunks_does_not_matter(chunk, monkeypatch):
    num_values = [2, 4, 3]
    predictions, targets = random_case(6, num_values)
    expected = balanced_accuracy(predictions, targets, num_values)
    monkeypatch.setattr(matrices, 'CHUNK', chunk)
    assert balanced_accuracy(predictions, targets, num_values) == expected


@pytest.mark.parametrize(
    ('name', 'column', 'value'),
    [('predictions', 1, 2), ('predictions', 0, -1), ('targets', 1, 2), ('targets', 0, -2)],
)
def test_what_is_no_value_of_its_attribute_is_refused(name, column, value):
    matrices = {'predictions': PREDICTIONS.copy(), 'targets': TARGETS.copy()}
    matrices[name][3, column] = value
    with pytest.raises(EntryError, match=f'{name}: row 3, column {column} is {value}, not one of'):
        balanced_accuracy(**matrices, num_values=[3, 2])


@pytest.mark.parametrize(
    ('predictions', 'targets', 'num_values', 'message'),
    [
        (PREDICTIONS, TARGETS[:4], [3, 2], r'shape \(5, 2\).*shape \(4, 2\)'),
        (PREDICTIONS[:, 0], TARGETS[:, 0], [3], r'predictions: shape \(5,\)'),
        (PREDICTIONS / 2, TARGETS, [3, 2], 'predictions: type torch.float64'),
        (PREDICTIONS, TARGETS, [3, 2, 2], 'num_values: 3 numbers for 2 columns'),
        (PREDICTIONS, TARGETS, [3, 1], 'num_values: column 1 has 1 values'),
    ],
)
def test_other_arguments_are_refused(predictions, targets, num_values, message):
    with pytest.raises(ValueError, match=message):
        balanced_accuracy(predictions, targets, num_values)


def test_counts_of_different_values_do_not_add_up():
    two = ValueCounts.from_batch([[0]], [[0]], 2)
    three = ValueCounts.from_batch([[0]], [[0]], 3)
    with pytest.raises(ValueError, match='do not add up'):
        two + three
