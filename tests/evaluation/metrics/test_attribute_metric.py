import math

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score

from par_plugins.evaluation import AttributeMetric
from par_plugins.evaluation.functional import attribute_scores
from par_plugins.structures import Attribute, AttributeSchema, InputError

BINARY = AttributeSchema(['Female', 'Hat', 'Bag', 'Boots'])
MIXED = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old')), 'Hat'])
RATIOS = [0.5, 0.25, 0.12, 0.03]


def matrices(num_images=200, seed=0, unknown=0.1):
    """Probabilities and targets of BINARY, with positives and negatives of each attribute."""
    generator = np.random.default_rng(seed)
    targets = (generator.random((num_images, 4)) < RATIOS).astype(np.int64)
    targets[0], targets[1] = 1, 0
    targets[2:][generator.random((num_images - 2, 4)) < unknown] = -1
    return generator.random((num_images, 4)).astype(np.float32), targets


def evaluate(probabilities, targets, schema=BINARY, **arguments):
    metric = AttributeMetric(**arguments)
    metric.dataset_meta = {'schema': schema}
    for start in range(0, len(targets), 32):
        rows = zip(probabilities[start : start + 32], targets[start : start + 32], strict=True)
        metric.process(
            None,
            [
                {'pred_probabilities': torch.from_numpy(row), 'gt_attributes': labels}
                for row, labels in rows
            ],
        )
    return metric, metric.evaluate(len(targets))


def test_scores_are_those_of_the_function_under_the_default_names():
    probabilities, targets = matrices()
    _, found = evaluate(probabilities, targets)
    expected = attribute_scores(probabilities, targets)
    for score in ('mA', 'accuracy', 'precision', 'recall', 'f1'):
        assert found[f'attribute/{score}'] == pytest.approx(expected[score], abs=1e-9)
    assert next(iter(found)) == 'attribute/mA'


def test_group_means_are_means_of_the_attributes_of_that_share():
    probabilities, targets = matrices()
    metric, found = evaluate(probabilities, targets)
    first, second, third, fourth = (row['mA'] for row in metric.table)
    assert found['attribute/mA_many'] == pytest.approx((first + second) / 2)
    assert found['attribute/mA_medium'] == pytest.approx(third)
    assert found['attribute/mA_few'] == pytest.approx(fourth)


def test_average_precision_is_that_of_the_known_labels():
    probabilities, targets = matrices()
    metric, found = evaluate(probabilities, targets)
    precisions = []
    for column in range(4):
        known = targets[:, column] != -1
        precisions.append(
            100 * average_precision_score(targets[known, column], probabilities[known, column])
        )
    assert [row['ap'] for row in metric.table] == pytest.approx(precisions)
    assert found['attribute/mAP'] == pytest.approx(np.mean(precisions))


def test_without_average_precision_only_its_scores_are_missing():
    probabilities, targets = matrices()
    _, expected = evaluate(probabilities, targets)
    metric, found = evaluate(probabilities, targets, average_precision=False)
    del expected['attribute/mAP']
    assert found == expected
    assert all(math.isnan(row['ap']) for row in metric.table)


def test_the_table_has_a_row_for_each_attribute():
    probabilities, targets = matrices()
    metric, _ = evaluate(probabilities, targets, threshold=[0.5, 0.4, 0.3, 0.2])
    expected = attribute_scores(probabilities, targets, threshold=[0.5, 0.4, 0.3, 0.2])
    assert [row['name'] for row in metric.table] == list(BINARY.names)
    assert [row['threshold'] for row in metric.table] == [0.5, 0.4, 0.3, 0.2]
    for row, scores in zip(metric.table, expected['per_attribute'], strict=True):
        for key in ('positives', 'ratio', 'tpr', 'tnr', 'mA'):
            assert row[key] == pytest.approx(scores[key])


@pytest.mark.parametrize(
    ('arguments', 'name'),
    [
        ({'protocol': 'rap'}, 'attribute/mA'),
        ({'protocol': 'rap', 'threshold': 0.5}, 'attribute/mA'),
        ({'protocol': 'rethinking'}, 'attribute/rethinking/mA'),
        ({'protocol': 'openpar'}, 'attribute/openpar/mA'),
        ({'protocol': 'rap_matlab', 'threshold': 0.5}, 'attribute/rap_matlab@0.5/mA'),
        ({'threshold': 0.25}, 'attribute/rap@0.25/mA'),
        ({'threshold': [0.5, 0.4, 0.3, 0.2]}, 'attribute/rap@per_attribute/mA'),
        ({'protocol': 'openpar', 'prefix': 'test'}, 'test/openpar/mA'),
    ],
)
def test_names_tell_protocol_and_threshold_unless_they_are_the_default(arguments, name):
    probabilities, targets = matrices()
    _, found = evaluate(probabilities, targets, **arguments)
    arguments.pop('prefix', None)
    assert found[name] == pytest.approx(attribute_scores(probabilities, targets, **arguments)['mA'])
    assert {key.rsplit('/', 1)[0] for key in found} == {name.rsplit('/', 1)[0]}


def test_only_binary_attributes_of_a_mixed_schema_are_scored():
    probabilities, targets = matrices()
    packed = np.concatenate(
        [probabilities[:, :1], np.full((200, 3), 1 / 3, np.float32), probabilities[:, 1:2]], axis=1
    )
    labels = np.stack([targets[:, 0], np.arange(200) % 3, targets[:, 1]], axis=1)
    metric, found = evaluate(packed, labels, MIXED)
    expected = attribute_scores(probabilities[:, :2], targets[:, :2])
    assert found['attribute/mA'] == pytest.approx(expected['mA'])
    assert [row['name'] for row in metric.table] == ['Female', 'Hat']


def test_a_schema_without_binary_attributes_is_refused():
    schema = AttributeSchema([Attribute('Age', ('child', 'adult', 'old'))])
    with pytest.raises(ValueError, match=r'binary.*none.*Age.*BalancedAccuracyMetric'):
        evaluate(np.full((4, 3), 0.3, np.float32), np.zeros((4, 1), np.int64), schema)


@pytest.mark.parametrize(('protocol', 'consequence'), [('rap', 'left out'), ('openpar', 'as 0')])
def test_absent_sides_are_named_in_the_log_with_what_follows(protocol, consequence, log):
    probabilities, targets = matrices()
    targets[:, 1], targets[:, 3] = 0, 1
    metric, found = evaluate(probabilities, targets, protocol=protocol)
    assert 'no positive label of Hat: ' in log.text
    assert 'no negative label of Boots: ' in log.text
    assert consequence in log.text
    assert math.isnan(metric.table[1]['ap']) and math.isnan(metric.table[1]['tpr'])
    means = [value for key, value in found.items() if key.endswith('/mAP')]
    assert means == pytest.approx([(metric.table[0]['ap'] + metric.table[2]['ap']) / 2])


def test_undefined_scores_are_nan_and_the_log_says_why(log):
    probabilities, targets = matrices()
    _, found = evaluate(probabilities, np.zeros_like(targets))
    assert math.isnan(found['attribute/mA']) and math.isnan(found['attribute/recall'])
    assert found['attribute/accuracy'] == 0
    assert 'mA is undefined: no attribute has known labels of both values' in log.text
    assert 'mAP is undefined: no attribute has known labels of both values' in log.text
    assert 'recall is undefined: no row has a positive label' in log.text


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_scores_as_its_float32_copy(dtype):
    probabilities, targets = matrices()
    halves = torch.from_numpy(probabilities).to(dtype)
    metric = AttributeMetric()
    metric.dataset_meta = {'schema': BINARY}
    metric.process(
        None,
        [
            {'pred_probabilities': row, 'gt_attributes': labels}
            for row, labels in zip(halves, targets, strict=True)
        ],
    )
    expected = evaluate(halves.float().numpy(), targets)[1]
    assert metric.evaluate(len(targets)) == pytest.approx(expected, abs=1e-9)


def test_bad_arguments_are_refused_when_the_metric_is_built():
    with pytest.raises(ValueError, match=r"'peta'.*rap, rap_matlab, rethinking, openpar"):
        AttributeMetric(protocol='peta')
    with pytest.raises(ValueError, match=r"'rap_matlab'.*threshold"):
        AttributeMetric(protocol='rap_matlab')


def test_thresholds_of_another_number_than_the_binary_attributes_are_refused():
    with pytest.raises(ValueError, match=r'threshold: shape \(3,\)'):
        evaluate(*matrices(), threshold=[0.5, 0.5, 0.5])


@pytest.mark.parametrize('threshold', ['0.5', 1.5, float('nan'), [0.5, 'x'], [0.5, None], True])
def test_a_threshold_that_is_none_is_refused_at_once(threshold):
    with pytest.raises(InputError, match=r'threshold: .* is not a number in \[0, 1\]'):
        AttributeMetric(threshold=threshold)
