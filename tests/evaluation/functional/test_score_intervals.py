"""Intervals hold what they promise: by known values, by a slow reference, and by repetition."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import binomtest

from par_plugins.evaluation.functional import (
    attribute_scores,
    bootstrap_intervals,
    wilson_interval,
)


@pytest.mark.parametrize('total', [1, 7, 100])
def test_wilsons_interval_is_that_of_scipy(total):
    for hits in range(total + 1):
        expected = binomtest(hits, total).proportion_ci(method='wilson')
        low, high = wilson_interval(hits, total)
        assert (low, high) == pytest.approx((100 * expected.low, 100 * expected.high))


def test_nothing_tested_has_no_interval():
    assert all(math.isnan(end) for end in wilson_interval(0, 0))


def test_bootstrap_draws_pictures_with_all_their_labels():
    random = np.random.default_rng(0)
    probabilities, targets = random.random((40, 3)), random.integers(-1, 2, (40, 3))
    options = dict(protocol='rap', threshold=[0.3, 0.5, 0.6])
    found = bootstrap_intervals(probabilities, targets, **options, resamples=50, seed=3)
    generator = torch.Generator().manual_seed(3)
    drawn = []
    for _ in range(50):
        rows = torch.randint(40, (40,), generator=generator).tolist()
        picked = [probabilities[row] for row in rows], [targets[row] for row in rows]
        drawn.append(attribute_scores(np.array(picked[0]), np.array(picked[1]), **options))
    for name in ('mA', 'accuracy', 'precision', 'recall', 'f1'):
        low, high = np.percentile([scores[name] for scores in drawn], [2.5, 97.5])
        assert found[name] == pytest.approx((low, high))


def test_bootstrap_intervals_hold_the_true_score_about_as_often_as_they_say():
    random = np.random.default_rng(1)
    inside = 0
    for _ in range(60):
        targets = (random.random((120, 2)) < 0.5).astype(int)
        right = random.random((120, 2)) < 0.8
        probabilities = np.where(right, targets, 1 - targets).astype(float)
        low, high = bootstrap_intervals(probabilities, targets, resamples=100)['mA']
        inside += low <= 80 <= high
    assert 49 <= inside <= 60  # binomial, 0.95 of 60: fewer than 50 come once in 1,000 times


def test_global_random_numbers_are_left_alone():
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    bootstrap_intervals([[0.9], [0.1]], [[1], [0]])
    assert torch.equal(torch.rand(1), expected)
