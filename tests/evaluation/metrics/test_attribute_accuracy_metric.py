import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator

from par_plugins.evaluation import AttributeAccuracyMetric
from par_plugins.evaluation.functional import attribute_accuracy
from par_plugins.structures import Attribute, AttributeSchema

SCHEMA = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old'))])
PROBABILITIES = torch.tensor([[0.5, 0.2, 0.5, 0.3], [0.4, 0.6, 0.2, 0.2], [0.9, 0.1, 0.2, 0.7]])
PREDICTIONS = np.array([[1, 1], [0, 0], [1, 2]])
TARGETS = np.array([[1, 0], [0, 0], [-1, 2]])


def samples(is_query=(False, False, False)):
    return [
        {'pred_probabilities': row, 'gt_attributes': labels, 'is_query': query}
        for row, labels, query in zip(PROBABILITIES, TARGETS, is_query, strict=True)
    ]


def evaluate(data_samples=None, **arguments):
    metric = AttributeAccuracyMetric(**arguments)
    metric.dataset_meta = {'schema': SCHEMA}
    metric.process(None, data_samples or samples())
    return metric, metric.evaluate(3)


def test_each_attribute_has_a_score_and_a_row_of_the_table():
    metric, found = evaluate()
    expected = attribute_accuracy(PREDICTIONS, TARGETS, (2, 3))
    assert found == {
        'attribute/label_accuracy': pytest.approx(expected['accuracy']),
        'attribute/label_accuracy_Female': pytest.approx(expected['per_attribute'][0]),
        'attribute/label_accuracy_Age': pytest.approx(expected['per_attribute'][1]),
    }
    assert list(found) == metric.prefixed_names
    assert [(row['name'], row['labelled']) for row in metric.table] == [('Female', 2), ('Age', 3)]
    assert [row['accuracy'] for row in metric.table] == pytest.approx(expected['per_attribute'])


def test_unknown_labels_that_are_wrong_are_told_by_the_names():
    _, found = evaluate(unknown='wrong')
    assert found['attribute/unknown_wrong/label_accuracy_Female'] == pytest.approx(100 * 2 / 3)
    with pytest.raises(ValueError, match="unknown: 'bad'"):
        AttributeAccuracyMetric(unknown='bad')


def test_its_names_do_not_clash_with_those_of_other_metrics():
    types = ['AttributeMetric', 'BalancedAccuracyMetric', 'AttributeAccuracyMetric']
    evaluator = Evaluator([{'type': name} for name in types])
    evaluator.dataset_meta = {'schema': SCHEMA}
    evaluator.process(samples())
    names = {'attribute/accuracy', 'attribute/balanced_accuracy', 'attribute/label_accuracy'}
    assert names <= set(evaluator.evaluate(3))


def test_queries_are_left_out_of_the_gallery():
    _, found = evaluate(samples(is_query=[True, False, False]), gallery_only=True)
    expected = attribute_accuracy(PREDICTIONS[1:], TARGETS[1:], (2, 3))
    assert found['attribute/gallery/label_accuracy'] == pytest.approx(expected['accuracy'])
    assert found['attribute/gallery/label_accuracy_Age'] == 100
    without = [{k: v for k, v in sample.items() if k != 'is_query'} for sample in samples()]
    with pytest.raises(ValueError, match="no 'is_query'"):
        evaluate(without, gallery_only=True)
