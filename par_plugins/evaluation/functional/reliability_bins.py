"""Whether outputs mean what they say: of those told 0.8, are 80 in 100 so?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class ReliabilityBins:
    """Outputs in bins of one width.

    Attributes:
        counts: ``(B,)`` outputs in each bin.
        outputs: ``(B,)`` their mean, NaN where there is none.
        shares: ``(B,)`` share of positives among them.
    """

    counts: NDArray[np.int64]
    outputs: NDArray[np.float64]
    shares: NDArray[np.float64]

    @property
    def expected_error(self) -> float:
        """Mean distance of output and share, weighted by the counts (ECE)."""
        filled = self.counts > 0
        distances = np.abs(self.outputs[filled] - self.shares[filled])
        return float(np.average(distances, weights=self.counts[filled]))


def reliability_bins(
    probabilities: ArrayLike, targets: ArrayLike, *, bins: int = 10
) -> ReliabilityBins:
    """Count how often outputs were right, over all attributes together.

    Args:
        probabilities: ``(N, A)`` in [0, 1].
        targets: ``(N, A)`` of 0, 1, or -1 for unknown, which takes part in nothing.
        bins: Number of them.

    Example:
        >>> reliability_bins([[0.9], [0.9], [0.1]], [[1], [0], [0]], bins=2).shares
        array([0. , 0.5])
    """
    scores, labels = np.asarray(probabilities, np.float64), np.asarray(targets)
    scores, labels = scores[labels >= 0], labels[labels >= 0]
    numbers = np.minimum((scores * bins).astype(np.int64), bins - 1)
    counts = np.bincount(numbers, minlength=bins)
    with np.errstate(invalid='ignore'):
        outputs = np.bincount(numbers, scores, bins) / counts
        shares = np.bincount(numbers, labels == 1, bins) / counts
    return ReliabilityBins(counts, outputs, shares)
