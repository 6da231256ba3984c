"""All that is found on the validation split for answering, in one pass."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from par_plugins.evaluation.functional.matrices import check_probabilities
from par_plugins.evaluation.functional.platt_calibration import (
    before_calibration,
    calibrated,
    platt_calibration,
)
from par_plugins.evaluation.functional.threshold_rules import (
    f1_threshold,
    prior_thresholds,
    shrunk_thresholds,
)
from par_plugins.structures import AnswerRules, AttributeSchema, LabelStatistics
from par_runtime.answer_rules import RuleThresholds

MIN_POSITIVES = 20
"""Validation positives that it takes to say that answers are wrong too often."""
MIN_RIGHT = 0.8
"""Share of right answers below which the answer is unknown."""


def fit_answer_rules(
    probabilities: ArrayLike,
    targets: ArrayLike,
    schema: AttributeSchema,
    statistics: LabelStatistics | None = None,
) -> AnswerRules:
    """Find calibration, thresholds of every rule, what to expect of them, and doubtful bands.

    Args:
        probabilities: Packed ``(N, C)``, the network's.
        targets: ``(N, A)``, -1 for unknown.
        schema: The attributes.
        statistics: Counts of the training set, whose shares are the priors; without them those of
            ``targets`` are.

    Returns:
        Thresholds and bands for the network's own outputs, not the calibrated ones.

    Example:
        >>> outputs, targets = [[0.9], [0.6], [0.3], [0.1]], [[1], [0], [1], [0]]
        >>> fitted = fit_answer_rules(outputs, targets, AttributeSchema(['hat']))
        >>> fitted.rules['half'].recall
        array([0.5])
    """
    packed, labels = np.asarray(probabilities, np.float64), np.asarray(targets)
    check_probabilities('probabilities', torch.from_numpy(packed))
    statistics = statistics or LabelStatistics.from_targets(labels, schema)
    columns = np.flatnonzero(schema.binary)
    starts = [schema.logit_slices[column].start for column in columns]
    scores, labels = packed[:, starts], labels[:, columns]
    slope, offset = platt_calibration(scores, labels)
    sure = calibrated(scores, slope, offset)
    shares = statistics.positive_ratio[columns]
    of_calibrated = {
        'prior': prior_thresholds(shares),
        'mA': shrunk_thresholds(sure, labels, shares),
        'f1': np.full(len(columns), f1_threshold(sure, labels) if len(columns) else 0.5),
    }
    thresholds = {'half': np.full(len(columns), 0.5)}
    for name, values in of_calibrated.items():
        thresholds[name] = before_calibration(values, slope, offset)

    def spread(values: NDArray[np.float64]) -> NDArray[np.float64]:
        whole = np.full((len(schema), *values.shape[1:]), np.nan)
        whole[columns] = values
        return whole

    rules = {}
    for name, limits in thresholds.items():
        precision, recall = expected_scores(scores, labels, limits)
        bands = doubtful_bands(scores, labels, limits)
        rules[name] = RuleThresholds(*map(spread, (limits, precision, recall, bands)))
    return AnswerRules(schema, rules, spread(slope), spread(offset), spread(shares))


def expected_scores(
    probabilities: NDArray[np.float64], targets: ArrayLike, thresholds: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Precision and recall of each attribute at its threshold.

    Args:
        probabilities: ``(N, A)``.
        targets: ``(N, A)`` of 0, 1, or -1 for unknown.
        thresholds: ``(A,)``.

    Returns:
        Two ``(A,)``, NaN where nothing is predicted or nothing is positive.
    """
    labels = np.asarray(targets)
    predicted = (probabilities >= thresholds) & (labels >= 0)
    right = (predicted & (labels == 1)).sum(axis=0)
    with np.errstate(invalid='ignore'):
        return right / predicted.sum(axis=0), right / (labels == 1).sum(axis=0)


def doubtful_bands(
    probabilities: NDArray[np.float64], targets: ArrayLike, thresholds: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Find the probabilities around each threshold at which too few answers are right.

    On either side of the threshold the images are cut, from it outwards, into pieces of
    :data:`MIN_POSITIVES` positives (the rest belongs to the last). The band goes on as long as
    fewer than :data:`MIN_RIGHT` of the answers in the next piece are right. On a side with fewer
    positives there is too little to say so.

    Args:
        probabilities: ``(N, A)``.
        targets: ``(N, A)`` of 0, 1, or -1 for unknown.
        thresholds: ``(A,)``.

    Returns:
        ``(A, 2)``, both ends within the band; NaN where there is none.
    """
    labels = np.asarray(targets)
    bands = np.full((len(thresholds), 2), np.nan)
    for column, threshold in enumerate(thresholds):
        known = labels[:, column] >= 0
        scores, positive = probabilities[known, column], labels[known, column] == 1
        above = scores >= threshold
        ends = [
            _last_doubtful(-scores[~above], ~positive[~above], positive[~above]),
            _last_doubtful(scores[above], positive[above], positive[above]),
        ]
        if any(end is not None for end in ends):
            bands[column] = [threshold if end is None else abs(end) for end in ends]
    return bands


def _last_doubtful(
    outwards: NDArray[np.float64], right: NDArray[np.bool_], positive: NDArray[np.bool_]
) -> float | None:
    """How far from the threshold answers on one side of it are too often wrong."""
    order = np.argsort(outwards, kind='stable')
    outwards, right, positive = outwards[order], right[order], positive[order]
    # Equal probabilities have equal answers and stay in one piece.
    after = np.append(np.flatnonzero(np.diff(outwards) > 0) + 1, len(outwards))
    seen = np.concatenate([[0], np.cumsum(positive)])
    start, last = 0, None
    while seen[-1] - seen[start] >= MIN_POSITIVES:
        stop = int(after[np.flatnonzero(seen[after] - seen[start] >= MIN_POSITIVES)[0]])
        if seen[-1] - seen[stop] < MIN_POSITIVES:
            stop = len(outwards)
        if right[start:stop].mean() >= MIN_RIGHT:
            break
        last, start = float(outwards[stop - 1]), stop
    return last
