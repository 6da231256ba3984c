import numpy as np
import pytest

from par_plugins.evaluation.functional import tuned_thresholds
from par_plugins.structures import InputError
from tests.references.operating_points import attribute_quality, best_quality


def matrices(seed, digits=2, num_images=40):
    """Scores of few digits, so that many are equal."""
    generator = np.random.default_rng(seed)
    targets = generator.integers(-1, 2, (num_images, 4))
    targets[:2] = [[0] * 4, [1] * 4]
    return generator.random((num_images, 4)).round(digits), targets


@pytest.mark.parametrize('criterion', ['mA', 'f1', 'youden'])
def test_no_other_threshold_is_better(criterion):
    for seed in range(10):
        scores, targets = matrices(seed, digits=1 + seed % 2)
        found = tuned_thresholds(scores, targets, criterion=criterion)
        for column, threshold in enumerate(found):
            own = scores[:, column].tolist(), targets[:, column].tolist()
            assert 0 <= threshold <= 1
            assert attribute_quality(*own, threshold, criterion) == pytest.approx(
                best_quality(*own, criterion)
            )


def test_youden_and_mean_accuracy_agree():
    scores, targets = matrices(0)
    found = [tuned_thresholds(scores, targets, criterion=name) for name in ('mA', 'youden')]
    np.testing.assert_array_equal(*found)


def test_the_threshold_lies_halfway_between_the_scores_that_it_parts():
    scores = np.array([[0.1], [0.2], [0.3], [0.7]])
    targets = np.array([[0], [0], [1], [1]])
    for criterion in ('mA', 'f1'):
        assert tuned_thresholds(scores, targets, criterion=criterion) == pytest.approx([0.25])


def test_of_equally_good_thresholds_the_one_nearest_to_one_half_is_taken():
    scores = np.array([[0.05], [0.1], [0.4], [0.6], [0.9]])
    targets = np.array([[1], [0], [1], [0], [1]])
    # From 0.25, 0.5 or 0.75 on ... mA: (2/3 + 1/2) / 2, (1/3 + 1/2) / 2, (1/3 + 1) / 2.
    assert tuned_thresholds(scores, targets, criterion='mA') == pytest.approx([0.75])
    scores, targets = np.array([[0.2], [0.4], [0.6], [0.8]]), np.array([[1], [0], [1], [0]])
    # From 0.1 and from 0.5 on, half of each side is right.
    assert tuned_thresholds(scores, targets, criterion='mA') == pytest.approx([0.5])


def test_everything_is_predicted_where_that_has_the_best_f1():
    scores = np.array([[0.4], [0.6], [0.8]])
    assert tuned_thresholds(scores, np.array([[1], [0], [1]]), criterion='f1') == [0.2]
    zero = tuned_thresholds(scores - 0.4, np.array([[1], [0], [1]]), criterion='f1')
    assert zero == [0.0]


@pytest.mark.parametrize('label', [0, 1, -1])
def test_a_missing_side_leaves_one_half(label):
    scores, _ = matrices(0)
    for criterion in ('mA', 'f1', 'youden'):
        found = tuned_thresholds(scores, np.full((40, 4), label), criterion=criterion)
        assert found.tolist() == [0.5] * 4
    assert tuned_thresholds(scores[:0], np.empty((0, 4)), criterion='f1').tolist() == [0.5] * 4


def test_bad_arguments_are_refused():
    scores, targets = matrices(0)
    with pytest.raises(InputError, match=r"mA, f1, youden, got 'F1'"):
        tuned_thresholds(scores, targets, criterion='F1')
    with pytest.raises(InputError, match=r'\(40, 4\), but targets of \(40, 3\)'):
        tuned_thresholds(scores, targets[:, 1:], criterion='f1')
