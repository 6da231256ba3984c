"""Thresholds by rule: laws that they obey, and slow versions of what they maximise."""

import numpy as np
import pytest

from par_plugins.evaluation.functional import attribute_scores
from par_plugins.evaluation.functional.threshold_rules import (
    GRID,
    SHRINKAGE,
    f1_threshold,
    prior_thresholds,
    shrunk_thresholds,
)
from par_plugins.evaluation.functional.tuned_thresholds import tuned_thresholds


def drawn(num=400, seed=0):
    rng = np.random.default_rng(seed)
    probabilities = rng.beta(0.6, 2.0, (num, 3))
    labels = (rng.random(probabilities.shape) < probabilities).astype(int)
    labels[rng.random(labels.shape) < 0.1] = -1
    return probabilities, labels


def mean_accuracy(probabilities, labels, thresholds):
    return np.mean(
        [
            (np.mean(p[y == 1] >= t) + np.mean(p[y == 0] < t)) / 2
            for p, y, t in zip(probabilities.T, labels.T, thresholds, strict=True)
        ]
    )


def test_the_share_of_positives_is_the_best_threshold_of_calibrated_outputs():
    probabilities, labels = drawn(200_000)
    shares = np.array([np.mean(y[y >= 0]) for y in labels.T])
    best = max(mean_accuracy(probabilities, labels, [t] * 3) for t in GRID)
    at_prior = mean_accuracy(probabilities, labels, prior_thresholds(shares))
    assert at_prior >= best - 1e-3
    assert mean_accuracy(probabilities, labels, [0.5] * 3) < at_prior - 0.05


def test_an_attribute_nobody_labelled_is_cut_at_half():
    assert prior_thresholds([0.1, np.nan]).tolist() == [0.1, 0.5]


def test_thresholds_are_shrunk_to_the_prior_by_the_number_of_positives():
    probabilities, labels = drawn()
    labels[:, 1] = np.where(labels[:, 1] == 1, 0, labels[:, 1])  # no positive
    shares = np.array([0.2, 0.3, 0.25])
    tuned = tuned_thresholds(probabilities, labels, criterion='mA')
    shrunk = shrunk_thresholds(probabilities, labels, shares)
    assert shrunk[1] == pytest.approx(0.3)
    positives = (labels[:, 0] == 1).sum()
    odds = (tuned[0] / (1 - tuned[0])) ** positives * (0.2 / 0.8) ** SHRINKAGE
    share = odds ** (1 / (positives + SHRINKAGE))
    assert shrunk[0] == pytest.approx(share / (1 + share))


@pytest.mark.parametrize('seed', range(3))
def test_the_threshold_for_f1_is_the_best_by_the_scores_that_are_reported(seed):
    probabilities, labels = drawn(seed=seed)
    chosen = f1_threshold(probabilities, labels)

    def reported(threshold):
        return attribute_scores(probabilities, labels, protocol='rap', threshold=threshold)['f1']

    assert reported(chosen) == pytest.approx(max(reported(float(t)) for t in GRID), abs=1e-9)


def test_without_a_positive_there_is_nothing_to_choose_by():
    assert f1_threshold([[0.2]], [[0]]) == 0.5


def test_an_attribute_that_training_never_had_is_not_answered_yes_throughout():
    assert prior_thresholds([0.0, 1.0, np.nan, 0.2]).tolist() == [0.5, 0.5, 0.5, 0.2]
