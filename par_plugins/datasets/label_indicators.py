"""Labels as yes-or-no columns, one for a binary attribute and one for each value of another."""

from dataclasses import dataclass

import numpy as np

from par_plugins.structures import UNKNOWN, AttributeSchema


@dataclass(frozen=True)
class LabelIndicators:
    """What the images of a set have.

    Attributes:
        names: V names: ``Hat`` of a binary attribute, ``Age: adult`` of a value of another.
        positive: ``(N, V)`` bool, whether an image has it; False where that is unknown.
        known: ``(N, V)`` bool, whether that is known.
    """

    names: tuple[str, ...]
    positive: np.ndarray
    known: np.ndarray

    @classmethod
    def from_targets(cls, targets: np.ndarray, schema: AttributeSchema) -> 'LabelIndicators':
        """Read ``(N, A)`` targets, -1 unknown."""
        columns = [
            (column, attribute.name if name is None else f'{attribute.name}: {name}', value)
            for column, attribute in enumerate(schema.attributes)
            for value, name in (
                [(1, None)] if attribute.values is None else list(enumerate(attribute.values))
            )
        ]
        labels = targets[:, [column for column, _, _ in columns]]
        return cls(
            names=tuple(name for _, name, _ in columns),
            positive=labels == np.array([value for _, _, value in columns]),
            known=labels != UNKNOWN,
        )

    @property
    def ratios(self) -> np.ndarray:
        """``(V,)`` share of positives among the known, NaN where none is known."""
        return _shares(self.positive.sum(axis=0), self.known.sum(axis=0))

    @property
    def co_occurrence(self) -> np.ndarray:
        """``(V, V)`` share of those with the row's attribute who also have the column's.

        Among those of whom the column is known; NaN where there is none.
        """
        positive, known = self.positive.astype(np.float64), self.known.astype(np.float64)
        return _shares(positive.T @ positive, positive.T @ known)

    @property
    def correlation(self) -> np.ndarray:
        """``(V, V)`` correlation of two columns over the images where both are known.

        NaN where one of them is the same on all of these.
        """
        positive, known = self.positive.astype(np.float64), self.known.astype(np.float64)
        both = known.T @ known
        mean = _shares(positive.T @ known, both)  # of the row's, where the column's is known too
        covariance = _shares(positive.T @ positive, both) - mean * mean.T
        variance = mean * (1 - mean)
        scale = np.sqrt(variance * variance.T)
        return _shares(covariance, np.where(np.isnan(scale), 0.0, scale))


def _shares(parts: np.ndarray, wholes: np.ndarray) -> np.ndarray:
    shares = np.full(parts.shape, np.nan)
    np.divide(parts, wholes, out=shares, where=wholes > 0)
    return shares
