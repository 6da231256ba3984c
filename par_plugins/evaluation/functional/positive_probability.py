"""How probable a model finds the positive labels that there are."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike
from torch import Tensor

from par_plugins.evaluation.functional.matrices import as_matrix, refuse_entries
from par_plugins.structures import UNKNOWN


@dataclass(frozen=True)
class PositiveProbabilities:
    """Number of positive labels and sum of their probabilities; ``+`` joins two sets of images.

    Attributes:
        positives: ``(A,)`` int64.
        sums: ``(A,)`` float64.
    """

    positives: Tensor
    sums: Tensor

    @classmethod
    def from_batch(
        cls, probabilities: Tensor | ArrayLike, targets: Tensor | ArrayLike
    ) -> 'PositiveProbabilities':
        """Count one batch of images.

        Args:
            probabilities: ``(N, A)`` in [0, 1].
            targets: ``(N, A)`` of 0, 1, or -1 for unknown.

        Raises:
            EntryError: If a target is none of these.
        """
        scores = as_matrix('probabilities', probabilities)
        labels = as_matrix('targets', targets)
        wrong = (labels != UNKNOWN) & (labels != 0) & (labels != 1)
        refuse_entries('targets', labels, wrong, 0, f'0, 1, or {UNKNOWN} for unknown')
        positive = labels == 1
        of_positives = scores.double().masked_fill(~positive, 0.0)
        return cls(positive.sum(dim=0), of_positives.sum(dim=0))

    def __add__(self, other: 'PositiveProbabilities') -> 'PositiveProbabilities':
        return PositiveProbabilities(self.positives + other.positives, self.sums + other.sums)

    def scores(self) -> dict[str, Any]:
        """See :func:`positive_probability`."""
        means = 100 * self.sums / self.positives
        return {
            'mean': means.nanmean().item(),
            'per_attribute': means.tolist(),
            'positives': self.positives.tolist(),
        }


def positive_probability(
    probabilities: Tensor | ArrayLike, targets: Tensor | ArrayLike
) -> dict[str, Any]:
    """Average the probability of each attribute's positive labels (HABP paper, 2019, figure 2).

    Args:
        probabilities: ``(N, A)`` in [0, 1].
        targets: ``(N, A)`` of 0, 1, or -1 for unknown.

    Returns:
        ``per_attribute`` in percent, NaN where there is no positive; their ``mean`` over the
        others; ``positives``, their number in each attribute.

    Raises:
        EntryError: If a target is none of these.

    Example:
        >>> positive_probability([[0.5], [0.25], [0.9]], [[1], [1], [0]])['mean']
        37.5
    """
    return PositiveProbabilities.from_batch(probabilities, targets).scores()
