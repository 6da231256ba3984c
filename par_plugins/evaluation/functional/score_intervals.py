"""How far the scores of a test set may lie from those of other pictures like it."""

import math
from typing import NamedTuple

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from par_plugins.evaluation.functional.attribute_protocols import protocol_named
from par_plugins.evaluation.functional.attribute_scores import Threshold, attribute_scores
from par_plugins.evaluation.functional.matrices import as_matrix

NORMAL_95 = 1.959963984540054
"""Between minus and plus so many standard deviations lie 95 % of a normal distribution."""
RESAMPLES = 200
SEED = 0


class Interval(NamedTuple):
    """A 95 % interval in percent; NaN where there is nothing to take it of."""

    low: float
    high: float


def wilson_interval(hits: int, total: int) -> Interval:
    """Return Wilson's 95 % interval of a rate, in percent.

    It stays within 0 and 100, and has a width also where all or none are hits.

    Args:
        hits: Number of successes.
        total: Number of trials.

    Example:
        >>> [round(end, 2) for end in wilson_interval(8, 10)]
        [49.02, 94.33]
    """
    if total == 0:
        return Interval(math.nan, math.nan)
    rate, square = hits / total, NORMAL_95**2
    centre = rate + square / (2 * total)
    half = NORMAL_95 * math.sqrt(rate * (1 - rate) / total + square / (4 * total**2))
    low, high = ((centre + sign * half) / (1 + square / total) for sign in (-1, 1))
    return Interval(100 * max(0.0, low), 100 * min(1.0, high))


def bootstrap_intervals(
    probabilities: Tensor | ArrayLike,
    targets: Tensor | ArrayLike,
    *,
    protocol: str = 'rap',
    threshold: Threshold | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> dict[str, Interval]:
    """Return 95 % intervals of the scores of all attributes together.

    Between the percentiles of test sets of the same size, drawn from this one with replacement.
    Pictures are drawn one by one, also where several show one person: then the true interval is
    wider.

    Args:
        probabilities: See :func:`attribute_scores`.
        targets: See there.
        protocol: See there.
        threshold: See there.
        resamples: Number of test sets that are drawn.
        seed: Of the drawing.

    Returns:
        By score: ``mA``, ``accuracy``, ``precision``, ``recall``, ``f1``.

    Example:
        >>> bootstrap_intervals([[0.9], [0.9], [0.1]], [[1], [1], [0]])['mA']
        Interval(low=100.0, high=100.0)
    """
    protocol_named(protocol)
    scores, labels = as_matrix('probabilities', probabilities), as_matrix('targets', targets)
    generator = torch.Generator().manual_seed(seed)
    drawn: dict[str, list[float]] = {}
    for _ in range(resamples):
        rows = torch.randint(len(labels), (len(labels),), generator=generator)
        found = attribute_scores(scores[rows], labels[rows], protocol=protocol, threshold=threshold)
        for name in ('mA', 'accuracy', 'precision', 'recall', 'f1'):
            drawn.setdefault(name, []).append(found[name])
    ends = torch.tensor([0.025, 0.975], dtype=torch.float64)
    return {
        name: Interval(*torch.tensor(values, dtype=torch.float64).nanquantile(ends).tolist())
        for name, values in drawn.items()
    }
