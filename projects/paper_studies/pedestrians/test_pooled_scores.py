import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from par_plugins.evaluation.functional import attribute_scores
from projects.paper_studies.pedestrians.pooled_scores import NAMES, Pooled, difference, resampled


@pytest.fixture
def pooled():
    rng = np.random.default_rng(0)
    targets = (rng.random((120, 4)) < [0.5, 0.3, 0.1, 0.04]).astype(np.int8)
    targets[:2] = [[1], [0]]
    probabilities = np.clip(rng.normal(0.35 + 0.2 * targets, 0.2), 0.001, 0.999)
    return Pooled(probabilities, targets, np.arange(120) % 5)


def test_each_picture_once_gives_the_usual_scores(pooled):
    scores = pooled.scores(np.ones((1, 120)))
    usual = attribute_scores(pooled.probabilities, pooled.targets)
    assert scores['mA'][0] == pytest.approx(usual['mA'])
    assert scores['f1'][0] == pytest.approx(usual['f1'])
    columns = zip(pooled.targets.T, pooled.probabilities.T, strict=True)
    precisions = [average_precision_score(*column) for column in columns]
    assert scores['mAP'][0] == pytest.approx(100 * np.mean(precisions))
    assert set(scores) == set(NAMES)


def test_a_picture_drawn_twice_is_two_pictures(pooled):
    counts = np.ones(120)
    counts[:40], counts[50:60] = 2, 0
    rows = np.repeat(np.arange(120), counts.astype(int))
    drawn = Pooled(pooled.probabilities[rows], pooled.targets[rows], pooled.folds[rows])
    expected = attribute_scores(drawn.probabilities, drawn.targets)
    scores = pooled.scores(counts[None])
    assert scores['mA'][0] == pytest.approx(expected['mA'])
    assert scores['f1'][0] == pytest.approx(expected['f1'])
    columns = zip(drawn.targets.T, drawn.probabilities.T, strict=True)
    precisions = [average_precision_score(*column) for column in columns]
    # Pictures of equal score come in one after another here, at once there.
    assert scores['mAP'][0] == pytest.approx(100 * np.mean(precisions), abs=1.0)


def test_thresholds_of_a_fold_are_found_without_its_labels(pooled):
    own = pooled.folds == 2
    changed = pooled.targets.copy()
    changed[own] = 1 - changed[own]
    others = Pooled(pooled.probabilities, changed, pooled.folds)
    for name, answers in pooled.answers().items():
        np.testing.assert_array_equal(answers[own], others.answers()[name][own])
        assert name == '' or (answers[~own] != others.answers()[name][~own]).any()


def test_outputs_that_are_off_by_a_shift_answer_the_same_when_calibrated(pooled):
    logits = np.log(pooled.probabilities / (1 - pooled.probabilities))
    shifted = Pooled(1 / (1 + np.exp(-logits - 0.5)), pooled.targets, pooled.folds)
    many = slice(0, 2)  # the prior on the identity holds rare attributes back
    agree = pooled.answers()['calibrated/'] == shifted.answers()['calibrated/']
    assert agree[:, many].mean() > 0.97
    assert (pooled.answers()[''] == shifted.answers()['']).mean() < 0.9


def test_runs_of_neighbours_are_drawn_together():
    counts = resampled(95, resamples=50, neighbours=10)
    assert counts.shape == (50, 95)
    for start in range(0, 95, 10):
        assert (counts[:, start : start + 10] == counts[:, start : start + 1]).all()


def test_an_arm_is_no_distance_from_itself_and_its_gain_lies_in_the_interval(pooled):
    weights = resampled(120, resamples=100, neighbours=10)
    same = difference([pooled], [pooled], weights)
    assert all(value == (0, 0, 0) for value in same.values())
    better = Pooled(
        np.clip(pooled.probabilities + 0.2 * (2 * pooled.targets - 1), 0, 1),
        pooled.targets,
        pooled.folds,
    )
    mean, low, high = difference([better, pooled], [pooled, pooled], weights)['mA']
    gain = better.scores(np.ones((1, 120)))['mA'] - pooled.scores(np.ones((1, 120)))['mA']
    assert mean == pytest.approx(float(gain[0]) / 2)
    assert low < mean < high
