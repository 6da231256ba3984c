"""Outputs that mean what they say: a slope and an offset for the logit of each binary attribute."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from par_plugins.structures import InputError

MARGIN = 1e-7  # from 0 and 1, so that a logit is finite
STEPS = 50
PRIOR_STD = 1.0
"""Deviation of slope and offset from (1, 0), in logits, that is expected before any label is seen.

A network trained by plain cross-entropy is calibrated already, and some hundred labels of a rare
attribute say little: they move it little. Weighted, focal or re-sampled outputs are off by several
units, which a hundred labels do show."""


def platt_calibration(
    probabilities: ArrayLike, targets: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Fit what turns outputs into probabilities (Platt 1999, with a prior on the identity).

    For each attribute ``p' = sigmoid(slope * logit(p) + offset)`` where slope and offset minimise
    the cross-entropy of the known labels plus ``((slope - 1)^2 + offset^2) / 2``.

    Args:
        probabilities: ``(N, A)`` in [0, 1].
        targets: ``(N, A)`` of 0, 1, or -1 for unknown.

    Returns:
        Slopes and offsets, both ``(A,)``; slopes are above 0, so that no ranking changes. An
        attribute without known labels has 1 and 0.

    Raises:
        InputError: If the shapes differ.

    Example:
        >>> slope, offset = platt_calibration(np.full((1000, 1), 0.5), np.zeros((1000, 1), int))
        >>> bool(calibrated(np.array([[0.5]]), slope, offset)[0, 0] < 0.02)
        True
    """
    scores, labels = np.asarray(probabilities, dtype=np.float64), np.asarray(targets)
    if scores.ndim != 2 or scores.shape != labels.shape:
        raise InputError(f'probabilities of shape {scores.shape}, but targets of {labels.shape}')
    logits, known = _logits(scores), labels >= 0
    positive = labels == 1
    slope, offset = np.ones(scores.shape[1]), np.zeros(scores.shape[1])
    objective = _objective(slope, offset, logits, known, positive)
    for _ in range(STEPS):  # Newton's, halved until the objective of each attribute does not rise
        share = 1 / (1 + np.exp(-np.clip(slope * logits + offset, -700, 700)))
        error = np.where(known, share - positive, 0)
        curve = np.where(known, share * (1 - share), 0)
        gradient = np.stack(
            [
                (error * logits).sum(0) + (slope - 1) / PRIOR_STD**2,
                error.sum(0) + offset / PRIOR_STD**2,
            ]
        )
        a = (curve * logits**2).sum(0) + 1 / PRIOR_STD**2
        b, c = (curve * logits).sum(0), curve.sum(0) + 1 / PRIOR_STD**2
        determinant = a * c - b * b
        step = (
            np.stack([c * gradient[0] - b * gradient[1], a * gradient[1] - b * gradient[0]])
            / determinant
        )
        length = np.ones_like(slope)
        for _ in range(STEPS):
            trial = slope - length * step[0], offset - length * step[1]
            reached = _objective(*trial, logits, known, positive)
            worse = (reached > objective + 1e-12) | (trial[0] <= 0)
            if not worse.any():
                break
            length = np.where(worse, length / 2, length)
        length = np.where(worse, 0.0, length)
        slope, offset = slope - length * step[0], offset - length * step[1]
        objective = _objective(slope, offset, logits, known, positive)
        if np.abs(length * step).max() < 1e-10:
            break
    return slope, offset


def calibrated(
    probabilities: ArrayLike, slope: ArrayLike, offset: ArrayLike
) -> NDArray[np.float64]:
    """Apply what :func:`platt_calibration` found to probabilities ``(N, A)``."""
    logits = np.asarray(slope) * _logits(np.asarray(probabilities, np.float64)) + np.asarray(offset)
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -700, 700))))


def before_calibration(
    thresholds: ArrayLike, slope: ArrayLike, offset: ArrayLike
) -> NDArray[np.float64]:
    """Turn thresholds ``(A,)`` of calibrated outputs into those of the outputs themselves."""
    return calibrated(
        np.asarray(thresholds, np.float64),
        1 / np.asarray(slope),
        -np.asarray(offset) / np.asarray(slope),
    )


def _logits(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(probabilities, MARGIN, 1 - MARGIN)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def _objective(
    slope: NDArray[np.float64],
    offset: NDArray[np.float64],
    logits: NDArray[np.float64],
    known: NDArray[np.bool_],
    positive: NDArray[np.bool_],
) -> NDArray[np.float64]:
    value = slope * logits + offset
    losses = np.logaddexp(0, np.where(positive, -value, value))
    prior = ((slope - 1) ** 2 + offset**2) / (2 * PRIOR_STD**2)
    return np.asarray(np.where(known, losses, 0).sum(0) + prior)
