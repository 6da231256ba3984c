import numpy as np
import pytest
import torch

from par_plugins.evaluation import OperatingPointMetric
from par_plugins.evaluation.functional import (
    attribute_scores,
    balanced_accuracy,
    fit_answer_rules,
    fit_threshold_adjustment,
    tuned_thresholds,
)
from par_plugins.structures import (
    Attribute,
    AttributeSchema,
    InputError,
    LabelStatistics,
    OperatingPoint,
)

SCHEMA = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old')), 'Hat'])
AGE_ALONE = SCHEMA.subset(['Age'])


def predictions_and_labels(num_images=60, seed=0):
    """Better than chance, but with probabilities far too small, and adults far too probable."""
    generator = np.random.default_rng(seed)
    targets = np.stack([generator.integers(-1, k, num_images) for k in (2, 3, 2)], axis=1)
    binary = 0.2 * (generator.random((num_images, 2)) + 0.8 * (targets[:, [0, 2]] == 1))
    age = 0.75 * generator.dirichlet([1, 6, 1], num_images) + 0.25 * np.eye(3)[targets[:, 1]]
    packed = np.concatenate([binary[:, :1], age, binary[:, 1:]], axis=1)
    return torch.from_numpy(packed), targets


def evaluate(metric, probabilities, targets, schema=SCHEMA):
    metric.dataset_meta = {'schema': schema}
    for p, labels in zip(probabilities, targets, strict=True):
        metric.process(None, [{'pred_probabilities': p, 'gt_attributes': labels}])
    return metric.evaluate(len(targets))


@pytest.mark.parametrize('rule', ['mA', 'f1', 'youden'])
def test_thresholds_are_those_that_fit_and_their_scores_bear_the_rules_name(rule):
    p, targets = predictions_and_labels()
    metric = OperatingPointMetric(rule=rule)
    found = evaluate(metric, p, targets)
    thresholds = tuned_thresholds(p[:, [0, 4]], targets[:, [0, 2]], criterion=rule)
    expected = attribute_scores(p[:, [0, 4]], targets[:, [0, 2]], threshold=thresholds)
    assert list(metric.found.thresholds.values()) == pytest.approx(thresholds)
    assert [row['threshold'] for row in metric.table] == pytest.approx(thresholds)
    name = f'attribute/tuned_{rule}_in_sample'
    for score in ('mA', 'accuracy', 'f1'):
        assert found[f'{name}/{score}'] == pytest.approx(expected[score])
    assert set(metric.prefixed_names) <= set(found)
    assert all(key.startswith(f'{name}/') for key in found)


def test_a_point_that_is_given_is_applied_and_none_is_found():
    p, targets = predictions_and_labels()
    metric = OperatingPointMetric(rule='f1')
    metric.point = OperatingPoint.from_thresholds(SCHEMA, {'Female': 0.1, 'Hat': 0.2})
    found = evaluate(metric, p, targets)
    expected = attribute_scores(p[:, [0, 4]], targets[:, [0, 2]], threshold=[0.1, 0.2])
    assert found['attribute/tuned_f1/mA'] == pytest.approx(expected['mA'])
    assert metric.found is None and not any('in_sample' in key for key in found)


def test_threshold_adjustment_scores_categorical_attributes_by_the_training_sets_counts():
    p, targets = predictions_and_labels()
    schema = AGE_ALONE
    counts = LabelStatistics.from_targets(np.array([[1]] * 7 + [[0]] * 2 + [[2]]), schema)
    metric = OperatingPointMetric(rule='threshold_adjustment')
    metric.set_label_statistics(counts)
    found = evaluate(metric, p[:, 1:4], targets[:, 1:2], schema)
    point = fit_threshold_adjustment(
        p[:, 1:4], targets[:, 1:2], counts, temperatures=[1, 2, 3, 4, 5]
    )
    expected = balanced_accuracy(point.predictions(p[:, 1:4]), targets[:, 1:2], 3)
    plain = balanced_accuracy(schema.predictions(p[:, 1:4]), targets[:, 1:2], 3)
    assert expected['balanced_accuracy'] > plain['balanced_accuracy']
    assert metric.found.parameters == point.parameters
    assert found == {
        'attribute/threshold_adjustment_in_sample/balanced_accuracy': pytest.approx(
            expected['balanced_accuracy']
        )
    }


@pytest.mark.parametrize('rule', ['prior', 'threshold_adjustment'])
def test_without_the_training_sets_counts_the_hook_is_named(rule):
    p, targets = predictions_and_labels()
    with pytest.raises(InputError, match="type='OperatingPointHook'"):
        evaluate(OperatingPointMetric(rule=rule), p, targets)


def test_the_prior_is_the_training_sets_share_of_calibrated_outputs():
    p, targets = predictions_and_labels()
    statistics = LabelStatistics.from_targets(np.array([[1, 0, 0]] * 3 + [[0, 1, 1]]), SCHEMA)
    metric = OperatingPointMetric(rule='prior')
    metric.set_label_statistics(statistics)
    scores = evaluate(metric, p, targets)
    rules = fit_answer_rules(p, targets, SCHEMA, statistics)
    assert metric.answer_rules.to_dict() == rules.to_dict()
    thresholds = rules.rules['prior'].thresholds[[0, 2]]
    expected = attribute_scores(p[:, [0, 4]], targets[:, [0, 2]], threshold=thresholds)
    assert scores['attribute/prior_in_sample/mA'] == pytest.approx(expected['mA'])
    assert rules.priors[[0, 2]] == pytest.approx([0.75, 0.25])


def test_a_wrong_label_names_its_image():
    p, targets = predictions_and_labels()
    targets[3, 1] = 3
    with pytest.raises(InputError, match="'Age' is 3, not a value of the attribute"):
        evaluate(OperatingPointMetric(), p, targets)


def test_bad_arguments_are_refused_when_the_metric_is_built():
    with pytest.raises(InputError, match="mA, f1, youden, prior, threshold_adjustment, got 'best'"):
        OperatingPointMetric(rule='best')
    with pytest.raises(InputError, match='temperatures is empty'):
        OperatingPointMetric(rule='threshold_adjustment', temperatures=[])
