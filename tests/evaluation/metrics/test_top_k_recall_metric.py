import math

import pytest
import torch

from par_plugins.evaluation import TopKRecallMetric
from par_plugins.structures import Attribute, AttributeSchema, InputError

SCHEMA = AttributeSchema(
    [
        Attribute('Category', ('Tee', 'Dress', 'Jeans')),
        Attribute('floral', group='texture'),
        Attribute('plain', group='texture'),
        Attribute('cotton', group='fabric'),
    ]
)
PROBABILITIES = torch.tensor(
    [[0.5, 0.3, 0.2, 0.9, 0.8, 0.7], [0.1, 0.2, 0.7, 0.1, 0.3, 0.2], [0.4, 0.5, 0.1, 0.2, 0.6, 0.9]]
)


def evaluate(targets, **options):
    metric = TopKRecallMetric(**options)
    metric.dataset_meta = {'schema': SCHEMA}
    for row, labels in zip(PROBABILITIES, targets, strict=True):
        metric.process(None, [{'pred_probabilities': row, 'gt_attributes': torch.tensor(labels)}])
    return metric, metric.evaluate(len(targets))


def test_groups_all_attributes_and_categories_have_their_scores():
    metric, found = evaluate([[1, 0, 1, 1], [2, 1, 0, 0], [-1, 0, 1, 1]], ks=[1, 2])
    assert found == pytest.approx(
        {
            # Image 0: floral, plain before cotton, plain and cotton true. Image 1: plain first,
            # floral last, floral true. Image 2: cotton, plain first, both true.
            'attribute/top1_recall': 100 * (0 + 0 + 1) / 5,
            'attribute/top2_recall': 100 * (1 + 0 + 2) / 5,
            'attribute/top1_recall_texture': 100 * (0 + 0 + 1) / 3,
            'attribute/top2_recall_texture': 100,
            'attribute/top1_recall_fabric': 100,
            'attribute/top2_recall_fabric': 100,
            # The first label is second, the second first, the third unknown.
            'attribute/top1_accuracy_Category': 50,
            'attribute/top2_accuracy_Category': 100,
        }
    )
    assert list(found) == metric.prefixed_names


def test_a_group_without_a_positive_is_nan_and_named(log):
    _, found = evaluate([[0, 1, 0, 0]] * 3, ks=[1])
    assert math.isnan(found['attribute/top1_recall_fabric'])
    assert 'top1_recall_fabric is undefined: no known label is positive' in log.text


@pytest.mark.parametrize('options', [{'ks': ()}, {'ks': (3, 0)}, {'ks': 3}, {'average': 'macro'}])
def test_options_that_are_none_are_refused_before_any_image(options):
    with pytest.raises(InputError, match='must be'):
        TopKRecallMetric(**options)
