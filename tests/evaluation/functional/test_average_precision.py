import math

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score

from par_plugins.evaluation.functional import average_precision
from tests.references.average_precision import average_precision as slow


def random_columns(seed, *, levels, dtype):
    """Scores of few levels are tied, and every image may be unknown."""
    generator = np.random.default_rng(seed)
    scores = (generator.integers(0, levels, (60, 5)) / levels).astype(dtype)
    return scores, generator.integers(-1, 2, (60, 5))


@pytest.mark.parametrize('dtype', [np.float16, np.float32, np.float64])
@pytest.mark.parametrize('levels', [1, 4, 1000])
@pytest.mark.parametrize('seed', range(3))
def test_it_is_the_sum_over_thresholds_with_ties_and_unknown_labels(seed, levels, dtype):
    scores, targets = random_columns(seed, levels=levels, dtype=dtype)
    expected = [slow(*pair) for pair in zip(scores.T.tolist(), targets.T.tolist(), strict=True)]
    np.testing.assert_allclose(average_precision(scores, targets), expected, rtol=0, atol=1e-12)
    theirs = [
        average_precision_score(labels[labels >= 0], own[labels >= 0])
        for own, labels in zip(scores.T, targets.T, strict=True)
    ]
    np.testing.assert_allclose(average_precision(scores, targets), theirs, rtol=0, atol=1e-12)


def test_it_follows_from_the_order_by_hand():
    # Positives at ranks 1 and 3: (1/1 + 2/3) / 2.
    assert average_precision([[0.9], [0.5], [0.4]], [[1], [0], [1]])[0] == pytest.approx(5 / 6)
    # All tied: the share of positives.
    assert average_precision([[0.5]] * 4, [[1], [0], [0], [0]])[0] == pytest.approx(1 / 4)


@pytest.mark.parametrize('labels', [[0, 0], [-1, -1], [0, -1], []])
def test_without_a_positive_there_is_none(labels):
    scores = torch.rand(len(labels), 1)
    targets = torch.tensor(labels, dtype=torch.int64)[:, None]
    assert math.isnan(average_precision(scores, targets)[0])


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match='scores of shape'):
        average_precision([[0.5]], [[1], [0]])


def test_a_label_above_1_and_a_score_that_is_none_are_refused():
    with pytest.raises(ValueError, match='a label is 5'):
        average_precision([[0.5], [0.4]], [[5], [0]])
    with pytest.raises(ValueError, match='NaN'):
        average_precision([[math.nan], [0.5]], [[1], [0]])
    assert average_precision([[math.nan], [0.5]], [[-1], [1]])[0] == 1  # of an unknown label
