"""Calibration finds the slope and offset that outputs were made with, no more than labels say."""

import numpy as np
import pytest
from scipy.optimize import minimize

from par_plugins.evaluation.functional.platt_calibration import (
    before_calibration,
    calibrated,
    platt_calibration,
)
from par_plugins.structures import InputError


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def drawn(num, slope, offset, seed=0):
    """Labels of true probabilities, and outputs that are off by a slope and an offset."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(-1, 2, (num, len(slope)))
    labels = (rng.random(truth.shape) < sigmoid(truth)).astype(int)
    return sigmoid((truth - offset) / slope), labels, sigmoid(truth)


def test_outputs_that_are_off_become_the_probabilities_that_labels_were_drawn_with():
    slope, offset = np.array([1.0, 0.5, 2.0]), np.array([0.0, -3.0, 1.5])
    outputs, labels, truth = drawn(40_000, slope, offset)
    found = platt_calibration(outputs, labels)
    np.testing.assert_allclose(calibrated(outputs, *found), truth, atol=0.02)
    assert abs(outputs[:, 1] - truth[:, 1]).max() > 0.3


@pytest.mark.parametrize('seed', range(5))
def test_it_is_the_minimum_that_a_general_optimiser_finds(seed):
    outputs, labels, _ = drawn(60, np.array([0.7]), np.array([1.0]), seed)
    labels[::7] = -1
    known = labels[:, 0] >= 0
    logits = np.log(outputs[known, 0]) - np.log1p(-outputs[known, 0])

    def objective(x):
        p = np.clip(sigmoid(x[0] * logits + x[1]), 1e-300, 1 - 1e-16)
        y = labels[known, 0]
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum() + ((x - [1, 0]) ** 2).sum() / 2

    expected = minimize(objective, [1.0, 0.0], method='Nelder-Mead', options={'fatol': 1e-12}).x
    np.testing.assert_allclose(np.ravel(platt_calibration(outputs, labels)), expected, atol=1e-4)


def test_few_labels_move_calibrated_outputs_little_and_none_move_nothing():
    outputs, labels, _ = drawn(30, np.array([1.0]), np.array([0.0]))
    slope, offset = platt_calibration(outputs, labels)
    assert abs(slope - 1) < 0.6 and abs(offset) < 0.8
    assert np.ravel(platt_calibration(outputs, np.full_like(labels, -1))).tolist() == [1, 0]


def test_certain_and_wrong_outputs_give_finite_numbers_and_keep_the_ranking():
    outputs = np.array([[0.0], [1.0], [0.0], [1.0]])
    slope, offset = platt_calibration(outputs, np.array([[1], [0], [1], [0]]))
    assert np.isfinite([slope, offset]).all() and slope > 0


def test_a_threshold_before_calibration_makes_the_same_decisions():
    outputs, labels, _ = drawn(500, np.array([0.5, 2.0]), np.array([-2.0, 1.0]))
    found = platt_calibration(outputs, labels)
    thresholds = np.array([0.2, 0.7])
    before = before_calibration(thresholds, *found)
    assert ((outputs >= before) == (calibrated(outputs, *found) >= thresholds)).all()


def test_shapes_that_differ_are_named():
    with pytest.raises(InputError, match='shape'):
        platt_calibration(np.zeros((3, 2)), np.zeros((2, 3)))
