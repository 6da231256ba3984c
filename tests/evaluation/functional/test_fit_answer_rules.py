"""What is stored for answering is what a person would count by hand."""

import numpy as np
import pytest

from par_plugins.evaluation.functional import fit_answer_rules
from par_plugins.evaluation.functional.fit_answer_rules import (
    MIN_POSITIVES,
    doubtful_bands,
    expected_scores,
)
from par_plugins.evaluation.functional.threshold_rules import f1_threshold
from par_plugins.structures import Attribute, AttributeSchema, LabelStatistics

SCHEMA = AttributeSchema(['Hat', Attribute('Age', ('young', 'old')), 'Bag'])


def outputs(shift, num_images=4000, seed=0):
    """Probabilities of two binary attributes, calibrated but for a shift of their logits."""
    generator = np.random.default_rng(seed)
    logits = generator.normal([-2, 0], 2, (num_images, 2))
    labels = (generator.random((num_images, 2)) < 1 / (1 + np.exp(-logits))).astype(int)
    shifted = 1 / (1 + np.exp(-(logits + shift)))
    age = np.full((num_images, 2), 0.5)
    packed = np.concatenate([shifted[:, :1], age, shifted[:, 1:]], axis=1)
    return packed, np.insert(labels, 1, 0, axis=1)


def test_thresholds_of_outputs_that_are_off_by_a_shift_are_shifted_with_them():
    statistics = LabelStatistics.from_targets(outputs(0)[1], SCHEMA)
    plain, moved = (fit_answer_rules(*outputs(s), SCHEMA, statistics) for s in (0, 2.0))
    assert set(plain.rules) == {'half', 'prior', 'mA', 'f1'}
    shares = statistics.positive_ratio[[0, 2]]
    assert plain.priors[[0, 2]] == pytest.approx(shares)
    logit = np.log(shares / (1 - shares))
    prior = plain.rules['prior'].thresholds[[0, 2]]
    assert prior == pytest.approx(1 / (1 + np.exp(-logit)), abs=0.04)
    again = moved.rules['prior'].thresholds[[0, 2]]
    assert np.log(again / (1 - again)) == pytest.approx(logit + 2, abs=0.25)
    assert np.isnan(plain.rules['prior'].thresholds[1]) and np.isnan(plain.slope[1])


def test_the_rule_f1_is_one_threshold_of_the_calibrated_outputs():
    packed, labels = outputs(2.0)
    rules = fit_answer_rules(packed, labels, SCHEMA)
    raw = rules.rules['f1'].thresholds[[0, 2]]
    logits = rules.slope[[0, 2]] * np.log(raw / (1 - raw)) + rules.offset[[0, 2]]
    sure = rules.slope[[0, 2]] * np.log(packed[:, [0, 3]] / (1 - packed[:, [0, 3]]))
    sure = 1 / (1 + np.exp(-(sure + rules.offset[[0, 2]])))
    expected = f1_threshold(sure, labels[:, [0, 2]])
    assert 1 / (1 + np.exp(-logits)) == pytest.approx([expected] * 2)


def test_precision_and_recall_are_counted():
    scores = np.array([[0.9], [0.8], [0.7], [0.2], [0.1]])
    labels = np.array([[1], [0], [-1], [1], [0]])
    assert expected_scores(scores, labels, np.array([0.5])) == (0.5, 0.5)
    precision, _ = expected_scores(scores, labels, np.array([0.95]))
    assert np.isnan(precision[0])


def test_bands_are_where_fewer_than_80_percent_were_right():
    # 20 positives with 20 negatives around 0.6, 20 with 1 around 0.9; 20 with 400 below 0.5.
    scores = np.concatenate(
        [np.linspace(0.55, 0.65, 40), np.linspace(0.85, 0.95, 21), np.linspace(0.1, 0.4, 420)]
    )
    labels = np.concatenate([[1, 0] * 20, [1] * 20 + [0], [1] * 20 + [0] * 400]).astype(int)
    labels[-420:] = np.tile([1] + [0] * 20, 20)
    band = doubtful_bands(scores[:, None], labels[:, None], np.array([0.5]))[0]
    assert band[0] == 0.5  # below, 400 of 420 are right
    # The 20th positive and its equals end the first piece; of the next 20 of 22 are right.
    assert band[1] == scores[38]
    unseen = labels.copy()
    unseen[:40] = -1
    assert np.isnan(doubtful_bands(scores[:, None], unseen[:, None], np.array([0.5]))).all()


@pytest.mark.parametrize('seed', range(4))
def test_answers_outside_the_bands_are_right_more_often_than_inside(seed):
    packed, labels = outputs(1.0, seed=seed)
    rules = fit_answer_rules(packed, labels, SCHEMA)
    for rule in rules.rules.values():
        for column, packed_column in ((0, 0), (2, 3)):
            scores = packed[:, packed_column]
            right = (scores >= rule.thresholds[column]) == (labels[:, column] == 1)
            low, high = rule.bands[column]
            inside = (scores >= low) & (scores <= high)
            assert right[inside].mean() < 0.8
            assert (labels[inside, column] == 1).sum() >= MIN_POSITIVES
            assert right[~inside].mean() > right[inside].mean()


def test_too_few_positives_say_nothing():
    scores = np.linspace(0, 1, 100)[:, None]
    labels = np.zeros((100, 1), int)
    labels[50 : 50 + 2 * (MIN_POSITIVES - 1) : 2] = 1
    assert np.isnan(doubtful_bands(scores, labels, np.array([0.5]))).all()
    labels[50 : 50 + 2 * MIN_POSITIVES : 2] = 1
    assert doubtful_bands(scores, labels, np.array([0.5]))[0, 1] > 0.85
