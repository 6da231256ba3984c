import math

import numpy as np
import pytest

from par_plugins.evaluation.functional import AccuracyCounts, EntryError, attribute_accuracy
from tests.references.attribute_accuracy import attribute_accuracy as reference

RULES = pytest.mark.parametrize('unknown', ['left_out', 'wrong'])


def random_case(seed, num_values=(2, 9, 4), num_images=40):
    generator = np.random.default_rng(seed)
    predictions, targets = generator.integers(0, num_values, (2, num_images, len(num_values)))
    targets[generator.random(targets.shape) < 0.3] = -1
    targets[:3] = -1  # distractors
    return predictions, targets, num_values


def test_the_score_is_the_one_worked_out_by_hand():
    predictions = [[1, 0], [1, 2], [0, 1], [1, 1]]
    targets = [[1, 2], [0, 2], [0, -1], [-1, -1]]
    found = attribute_accuracy(predictions, targets, (2, 3))
    assert found['per_attribute'] == pytest.approx([100 * 2 / 3, 50])
    assert found['accuracy'] == pytest.approx((100 * 2 / 3 + 50) / 2)
    assert found['labelled'] == [3, 2]
    # The third image is without a colour, the fourth without any label.
    found = attribute_accuracy(predictions, targets, (2, 3), unknown='wrong')
    assert found['per_attribute'] == pytest.approx([100 * 2 / 3, 100 / 3])


@RULES
def test_scores_are_those_of_the_slow_reference(unknown):
    for seed in range(5):
        predictions, targets, num_values = random_case(seed)
        found = attribute_accuracy(predictions, targets, num_values, unknown=unknown)
        mean, by_attribute = reference(predictions.tolist(), targets.tolist(), unknown)
        assert found['accuracy'] == pytest.approx(mean, abs=1e-9)
        assert found['per_attribute'] == pytest.approx(by_attribute, abs=1e-9)
        assert found['undefined'] == {}


@RULES
@pytest.mark.parametrize('num_images', [0, 3])
def test_where_no_label_is_known_the_score_is_nan_with_a_reason(unknown, num_images):
    labels = np.full((num_images, 2), -1)
    found = attribute_accuracy(np.zeros_like(labels), labels, 2, unknown=unknown)
    assert math.isnan(found['accuracy'])
    assert found['undefined'] == {'accuracy': 'no label is known'}


def test_an_attribute_without_a_label_is_left_out_or_wrong():
    arguments = [[0, 1], [1, 1]], [[0, -1], [1, -1]], 2
    found = attribute_accuracy(*arguments)
    assert found['accuracy'] == 100 and math.isnan(found['per_attribute'][1])
    assert attribute_accuracy(*arguments, unknown='wrong')['per_attribute'] == [100, 0]


def test_counts_of_batches_add_up_to_those_of_all():
    predictions, targets, num_values = random_case(9)
    cuts = [0, 1, 7, 7, 30]
    counts = [
        AccuracyCounts.from_batch(*batch, num_values)
        for batch in zip(np.split(predictions, cuts), np.split(targets, cuts), strict=True)
    ]
    whole = attribute_accuracy(predictions, targets, num_values, unknown='wrong')
    assert sum(counts[1:], start=counts[0]).scores('wrong') == whole


def test_unknown_rules_and_wrong_entries_are_refused():
    with pytest.raises(ValueError, match="unknown: 'ignored' is none of left_out, wrong"):
        attribute_accuracy([[0]], [[0]], 2, unknown='ignored')
    with pytest.raises(EntryError, match='targets: row 0, column 0 is 2'):
        attribute_accuracy([[0]], [[2]], 2)
