import numpy as np
import pytest
import torch

from par_plugins.evaluation.functional import top_k_predictions
from par_plugins.structures import InputError
from tests.references.top_k_predictions import top_k_predictions as reference


def test_the_highest_of_an_image_are_positive_and_of_equal_ones_the_first():
    scores = [[0.1, 0.9, 0.5], [0.5, 0.5, 0.5]]
    assert top_k_predictions(scores, 1).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert top_k_predictions(scores, 2).tolist() == [[0, 1, 1], [1, 1, 0]]


@pytest.mark.parametrize('k', [1, 3, 8, 20])
@pytest.mark.parametrize('steps', [3, 1000])  # the few have many ties
def test_predictions_are_those_of_the_slow_reference(k, steps):
    scores = np.random.default_rng(0).integers(0, steps, (40, 8)) / steps
    assert top_k_predictions(scores, k).tolist() == reference(scores.tolist(), k)


def test_no_image_has_no_prediction():
    assert top_k_predictions(torch.empty(0, 4), 2).shape == (0, 4)


@pytest.mark.parametrize(
    ('scores', 'k', 'sentence'),
    [([[0.5]], 0, 'k must be at least 1, got 0'), ([0.5], 1, r'scores: shape \(1,\)')],
)
def test_other_arguments_are_refused(scores, k, sentence):
    with pytest.raises(InputError, match=sentence):
        top_k_predictions(scores, k)
