"""The different rows of a label matrix: images with equal labels are interchangeable."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from par_plugins.datasets.training_labels import labels_of, schema_of
from par_plugins.structures import AttributeSchema, InputError


@dataclass(frozen=True, eq=False)
class LabelRows:
    """A label matrix as its U different rows and the row of each image.

    The packed columns are those of the schema's logits: one for a binary attribute, one for
    each value of a categorical one.

    Attributes:
        schema: The attributes that the columns stand for.
        targets: ``(U, A)`` int64, the different rows, -1 for unknown.
        row_of_image: ``(N,)`` indices into them.
        num_images: ``(U,)`` number of images with each row.
    """

    schema: AttributeSchema
    targets: np.ndarray
    row_of_image: np.ndarray
    num_images: np.ndarray

    @classmethod
    def of(cls, dataset: Any) -> 'LabelRows':
        """Read the rows of a training set, whatever wraps it: a repeated image counts again.

        Args:
            dataset: See :func:`labels_of`; without a schema each column is taken as binary.

        Raises:
            InputError: If it has no labels, or they are not valid.
        """
        return cls.from_labels(labels_of(dataset, 'targets'), schema_of(dataset))

    @classmethod
    def from_labels(cls, labels: ArrayLike, schema: AttributeSchema | None = None) -> 'LabelRows':
        """Find the different rows.

        Args:
            labels: ``(N, A)`` values, -1 for unknown.
            schema: The attributes of the columns; None takes each column as binary.

        Raises:
            InputError: If there is no image or no column, or a label is not an integer or not
                one of its attribute's values.
        """
        matrix = _integers(np.asarray(labels))
        if schema is None:
            schema = AttributeSchema(f'column {column}' for column in range(matrix.shape[1]))
        schema.check_targets(matrix, source='labels')
        positive, known = _columns(matrix, schema)
        bits = positive if known.all() else np.concatenate([positive, known], axis=1)
        _, first, row_of_image, num_images = np.unique(
            _keys(bits), return_index=True, return_inverse=True, return_counts=True
        )
        return cls(schema, matrix[first].astype(np.int64), row_of_image, num_images)

    @property
    def column_names(self) -> tuple[str, ...]:
        """``C`` names: the attribute's, with ``=value`` for a categorical one."""
        return tuple(
            name
            for attribute in self.schema.attributes
            for name in (
                [attribute.name]
                if attribute.values is None
                else [f'{attribute.name}={value}' for value in attribute.values]
            )
        )

    @cached_property
    def positive(self) -> np.ndarray:
        """``(U, C)`` whether a row has the value that a column stands for."""
        return _columns(self.targets, self.schema)[0]

    @cached_property
    def known(self) -> np.ndarray:
        """``(U, C)`` whether the label is known."""
        return _columns(self.targets, self.schema)[1]

    def proportions(self, weights: np.ndarray) -> np.ndarray:
        """Share of positives among the known labels of each column.

        Args:
            weights: ``(N,)`` how often each image counts.

        Returns:
            ``(C,)``, NaN where no label is known.
        """
        draws = np.bincount(self.row_of_image, weights, minlength=len(self.targets))
        known = draws @ self.known
        shares: np.ndarray = np.full(len(known), np.nan)
        np.divide(draws @ self.positive, known, out=shares, where=known > 0)
        return shares


def _integers(labels: np.ndarray) -> np.ndarray:
    """Labels as integers, NaN and fractions refused."""
    if labels.ndim != 2 or 0 in labels.shape:
        raise InputError(f'labels: shape {labels.shape}, expected (N, A), neither of them 0')
    if labels.dtype.kind in 'iu':
        return labels
    if labels.dtype.kind == 'b':
        return labels.astype(np.int64)
    if labels.dtype.kind != 'f':
        raise InputError(f'labels: type {labels.dtype}, expected numbers')
    with np.errstate(invalid='ignore'):
        integers = labels.astype(np.int64)
    if (wrong := integers != labels).any():
        row, column = np.argwhere(wrong)[0]
        raise InputError(
            f'labels: row {row}, column {column}: {labels[row, column]} is not an integer'
        )
    return integers


def _columns(targets: np.ndarray, schema: AttributeSchema) -> tuple[np.ndarray, np.ndarray]:
    """Whether each packed column is positive, and whether it is known."""
    if not schema.all_binary:
        num_columns = [logits.stop - logits.start for logits in schema.logit_slices]
        targets = np.repeat(targets, num_columns, axis=1)
        values = [
            value
            for attribute in schema.attributes
            for value in ([1] if attribute.binary else range(attribute.num_values))
        ]
        return targets == np.array(values), targets >= 0
    return targets == 1, targets >= 0


def _keys(bits: np.ndarray) -> np.ndarray:
    """One integer for each row of a boolean matrix, equal where the rows are equal."""
    packed = np.packbits(bits, axis=1)
    num_words = -(-packed.shape[1] // 8)
    padded = np.zeros((len(bits), 8 * num_words), np.uint8)
    padded[:, : packed.shape[1]] = packed
    words = padded.view(np.uint64)
    keys = words[:, 0]
    for word in words.T[1:]:  # the pair of two ranks is again one number
        ranks = np.unique(word, return_inverse=True)[1]
        keys = np.unique(keys, return_inverse=True)[1] * (ranks.max() + 1) + ranks
    return keys
