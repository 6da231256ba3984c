import math

import numpy as np
import pytest
import torch

from par_plugins.evaluation import BalancedAccuracyMetric
from par_plugins.evaluation.functional import balanced_accuracy
from par_plugins.structures import Attribute, AttributeSchema, InputError

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


def evaluate(targets, *, probabilities=PROBABILITIES, schema=SCHEMA, **arguments):
    metric = BalancedAccuracyMetric(**arguments)
    metric.dataset_meta = {'schema': schema}
    for row, labels in zip(probabilities, targets, strict=True):
        metric.process(None, [{'pred_probabilities': row, 'gt_attributes': labels}])
    return metric, metric.evaluate(len(targets))


def test_the_score_is_that_of_predictions_from_one_half_on_and_of_the_largest_probability():
    targets = np.array([[1, 1, 0], [0, 0, 0], [0, 2, 1], [1, 0, 1]])
    metric, found = evaluate(targets)
    expected = balanced_accuracy(PREDICTIONS, targets, (2, 3, 2))
    assert found == {'attribute/balanced_accuracy': pytest.approx(expected['balanced_accuracy'])}
    assert list(metric.per_attribute) == ['Female', 'Age', 'Hat']
    assert list(metric.per_attribute.values()) == pytest.approx(expected['per_attribute'])


def test_each_group_has_the_mean_of_its_attributes_that_have_a_label(log):
    schema = AttributeSchema(
        [
            Attribute('Female', group='person'),
            Attribute('Age', ('child', 'adult', 'old'), group='person'),
            Attribute('Hat', group='clothes'),
        ]
    )
    targets = np.array([[1, 1, -1], [0, 0, -1], [0, 2, -1], [1, 0, -1]])
    metric, found = evaluate(targets, schema=schema)
    assert set(found) == set(metric.prefixed_names)
    own = metric.per_attribute
    expected = (own['Female'] + own['Age']) / 2
    assert found['attribute/balanced_accuracy_person'] == pytest.approx(expected)
    assert math.isnan(found['attribute/balanced_accuracy_clothes'])
    assert 'balanced_accuracy_clothes is undefined: no label is known' in log.text


def test_absent_values_are_named_in_the_log(log):
    targets = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 0], [1, -1, 0]])
    evaluate(targets)
    assert 'no known label has Female=no, Age=old, Hat=yes' in log.text


def test_without_a_known_label_the_score_is_nan_and_the_log_says_why(log):
    _, found = evaluate(np.full((4, 3), -1))
    assert math.isnan(found['attribute/balanced_accuracy'])
    assert 'balanced_accuracy is undefined: no label is known' in log.text


def test_the_most_probable_attributes_are_predicted_where_top_k_says_how_many():
    schema = AttributeSchema(['a', 'b', 'c', 'd'])
    probabilities = torch.tensor([[0.1, 0.9, 0.2, 0.3], [0.9, 0.8, 0.7, 0.6], [0.2, 0.2, 0.2, 0.1]])
    targets = np.array([[0, 1, 1, 0], [1, 1, 0, 1], [0, 1, 1, -1]])
    _, found = evaluate(targets, probabilities=probabilities, schema=schema, top_k=2)
    # Predicted are b and d, a and b, a and b. Recall of the negatives and of the positives:
    # a: 1/2, 1; b: none, 3/3; c: 1, 0/2; d: 0, 0.
    expected = 100 * (3 / 4 + 1 + 1 / 2 + 0) / 4
    assert found == {'attribute/top2_balanced_accuracy': pytest.approx(expected)}


def test_a_rank_among_attributes_of_several_values_is_refused():
    with pytest.raises(InputError, match='top_k=2 ranks binary attributes, but there is'):
        evaluate(np.zeros((4, 3), np.int64), top_k=2)


def test_no_attribute_predicted_at_all_is_refused():
    with pytest.raises(InputError, match='top_k must be a whole number of at least 1, got 0'):
        BalancedAccuracyMetric(top_k=0)
