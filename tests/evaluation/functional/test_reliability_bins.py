import numpy as np
import pytest

from par_plugins.evaluation.functional import reliability_bins
from par_plugins.visualization import reliability_figure


def test_bins_are_those_of_a_loop():
    rng = np.random.default_rng(0)
    scores, labels = rng.random((50, 4)), rng.integers(-1, 2, (50, 4))
    scores[0, 0], labels[0, 0] = 1.0, 1  # the last bin has its end
    found = reliability_bins(scores, labels, bins=5)
    error = 0.0
    for number in range(5):
        inside = [
            (score, label)
            for score, label in zip(scores.ravel(), labels.ravel(), strict=True)
            if label >= 0 and min(int(score * 5), 4) == number
        ]
        mean, share = np.mean([s for s, _ in inside]), np.mean([label for _, label in inside])
        assert found.counts[number] == len(inside)
        assert (found.outputs[number], found.shares[number]) == pytest.approx((mean, share))
        error += len(inside) * abs(mean - share)
    assert found.expected_error == pytest.approx(error / (labels >= 0).sum())


def test_outputs_that_mean_what_they_say_have_no_error_and_a_figure(tmp_path):
    rng = np.random.default_rng(0)
    scores = rng.random((200_000, 1))
    honest = reliability_bins(scores, rng.random(scores.shape) < scores)
    doubled = reliability_bins(np.minimum(2 * scores, 1), rng.random(scores.shape) < scores)
    assert honest.expected_error < 0.01 < 0.2 < doubled.expected_error
    reliability_figure({'honest': honest, 'doubled': doubled}).savefig(tmp_path / 'figure.png')
    assert (tmp_path / 'figure.png').stat().st_size > 5_000
