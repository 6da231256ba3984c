import math

import numpy as np
import pytest
import torch

from par_plugins.evaluation import BalancedAccuracyMetric
from par_plugins.evaluation.functional import balanced_accuracy
from par_plugins.structures import Attribute, AttributeSchema

SCHEMA = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old')), 'Hat'])
PROBABILITIES = torch.tensor(
    [
        [0.5, 0.2, 0.5, 0.3, 0.1],
        [0.4, 0.6, 0.2, 0.2, 0.9],
        [0.9, 0.1, 0.2, 0.7, 0.2],
        [0.2, 0.3, 0.4, 0.3, 0.6],
    ]
)
PREDICTIONS = np.array([[1, 1, 0], [0, 0, 1], [1, 2, 0], [0, 1, 1]])


def evaluate(targets):
    metric = BalancedAccuracyMetric()
    metric.dataset_meta = {'schema': SCHEMA}
    for row, labels in zip(PROBABILITIES, targets, strict=True):
        metric.process(None, [{'pred_probabilities': row, 'gt_attributes': labels}])
    return metric, metric.evaluate(len(targets))


def test_the_score_is_that_of_predictions_from_one_half_on_and_of_the_largest_probability():
    targets = np.array([[1, 1, 0], [0, 0, 0], [0, 2, 1], [1, 0, 1]])
    metric, found = evaluate(targets)
    expected = balanced_accuracy(PREDICTIONS, targets, (2, 3, 2))
    assert found == {'attribute/balanced_accuracy': pytest.approx(expected['balanced_accuracy'])}
    assert list(metric.per_attribute) == ['Female', 'Age', 'Hat']
    assert list(metric.per_attribute.values()) == pytest.approx(expected['per_attribute'])


def test_absent_values_are_named_in_the_log(log):
    targets = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 0], [1, -1, 0]])
    evaluate(targets)
    assert 'no known label has Female=no, Age=old, Hat=yes' in log.text


def test_without_a_known_label_the_score_is_nan_and_the_log_says_why(log):
    _, found = evaluate(np.full((4, 3), -1))
    assert math.isnan(found['attribute/balanced_accuracy'])
    assert 'balanced_accuracy is undefined: no label is known' in log.text
