"""How often each value of each attribute occurs in a set of labels."""

from dataclasses import dataclass

import numpy as np

from par_runtime.attribute_schema import AttributeSchema


@dataclass(frozen=True)
class LabelStatistics:
    """Counts of known labels, by attribute and value.

    Attributes:
        schema: The attributes that the rows stand for.
        counts: ``(A, K)`` int64, K the largest number of values; 0 beyond an attribute's own.
        num_images: Number of images counted, unknown labels included.
    """

    schema: AttributeSchema
    counts: np.ndarray
    num_images: int

    @classmethod
    def from_targets(cls, targets: np.ndarray, schema: AttributeSchema) -> 'LabelStatistics':
        """Count the labels of a target matrix.

        Args:
            targets: ``(N, A)`` integers, -1 for unknown.
            schema: The attributes that the columns stand for.

        Raises:
            InputError: If the targets are not the schema's.
        """
        schema.check_targets(targets, source='targets')
        num_attributes, width = len(schema), max(schema.num_values)
        cells = np.arange(num_attributes) * width + targets
        counts = np.bincount(cells[targets >= 0], minlength=num_attributes * width)
        return cls(schema, counts.reshape(num_attributes, width), len(targets))

    @property
    def known(self) -> np.ndarray:
        """``(A,)`` number of images with a known label."""
        return np.asarray(self.counts.sum(axis=1))

    @property
    def shares(self) -> np.ndarray:
        """``(A, K)`` share of each value among the known labels, NaN where none is known."""
        known = self.known[:, None]
        shares = np.full(self.counts.shape, np.nan)
        np.divide(self.counts, known, out=shares, where=known > 0)
        return shares

    @property
    def positive_ratio(self) -> np.ndarray:
        """``(A,)`` share of positives of binary attributes, NaN for a categorical one."""
        ratio: np.ndarray = np.where(self.schema.binary, self.shares[:, 1], np.nan)
        return ratio
