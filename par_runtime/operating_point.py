"""Where predictions are cut: a factor for the probability of each value, found after training.

A threshold of a binary attribute and the adjustment of class probabilities are both of this form,
so that one mechanism applies, stores and reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from par_runtime.attribute_schema import AttributeSchema
from par_runtime.input_error import InputError


@dataclass(frozen=True, eq=False)
class OperatingPoint:
    """Factors of probabilities; the value with the largest product is predicted.

    Attributes:
        schema: The attributes.
        factors: ``(A, K)`` float64, K the largest number of values; 1 beyond an attribute's own.
        parameters: Numbers that the factors were made from, by name, for people to read.

    Raises:
        InputError: If the factors are of another shape, negative, not finite, or all 0 for an
            attribute.
    """

    schema: AttributeSchema
    factors: NDArray[np.float64]
    parameters: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, 'factors', np.asarray(self.factors, np.float64))
        shape = (len(self.schema), max(self.schema.num_values))
        if self.factors.shape != shape:
            raise InputError(f'factors of shape {self.factors.shape}, expected {shape}')
        usable = (self.factors >= 0) & np.isfinite(self.factors)
        for row, attribute in enumerate(self.schema.attributes):
            values = slice(attribute.num_values)
            if not usable[row, values].all() or not self.factors[row, values].any():
                raise InputError(
                    f'factors of attribute {attribute.name!r} are {self.factors[row].tolist()}: '
                    'they must be finite, at least 0 and not all 0'
                )

    @classmethod
    def from_thresholds(
        cls, schema: AttributeSchema, thresholds: Mapping[str, float]
    ) -> 'OperatingPoint':
        """Predict a binary attribute from a probability on.

        Args:
            schema: The attributes.
            thresholds: In [0, 1], by name of attribute; one without takes 0.5. Categorical
                attributes have none.

        Raises:
            InputError: If there is no such binary attribute, or a threshold is outside [0, 1].
        """
        factors = np.ones((len(schema), max(schema.num_values)))
        for name, threshold in thresholds.items():
            row = schema.index(name)
            if not schema.binary[row]:
                raise InputError(f'attribute {name!r} is categorical: it has no threshold')
            if not 0 <= threshold <= 1:
                raise InputError(f'threshold of attribute {name!r} is {threshold}, not in [0, 1]')
            # p (1 - t) >= (1 - p) t where p >= t.
            factors[row, 0], factors[row, 1] = threshold, 1 - threshold
        return cls(schema, factors)

    @property
    def thresholds(self) -> dict[str, float]:
        """Probability from which each binary attribute is predicted, by name."""
        share = self.factors[:, 0] / self.factors[:, :2].sum(axis=1)
        rows = zip(self.schema.names, self.schema.binary, share.tolist(), strict=True)
        return {name: threshold for name, binary, threshold in rows if binary}

    def apply(self, probabilities: ArrayLike) -> NDArray[np.float64]:
        """Weigh probabilities, and let them sum to 1 again.

        Args:
            probabilities: Packed ``(N, C)``.

        Returns:
            Packed ``(N, C)`` float64, of which ``schema.predictions`` are those of this operating
            point: 0.5 where a binary attribute's probability is just at the threshold. Of a
            categorical attribute whose products are all 0 the probabilities stay.
        """
        exact = np.asarray(probabilities, np.float64)
        columns = []
        for row, (logits, attribute) in enumerate(
            zip(self.schema.logit_slices, self.schema.attributes, strict=True)
        ):
            given = exact[:, logits]
            table = np.concatenate([1 - given, given], axis=1) if attribute.binary else given
            products = table * self.factors[row, : attribute.num_values]
            total = products.sum(axis=1, keepdims=True)
            otherwise = np.full_like(given, 0.5) if attribute.binary else given
            kept = products[:, 1:] if attribute.binary else products
            weighed = kept / np.where(total > 0, total, 1.0)
            columns.append(np.where(total > 0, weighed, otherwise))
        return np.concatenate(columns, axis=1)

    def predictions(self, probabilities: ArrayLike) -> NDArray[np.int64]:
        """Return ``(N, A)`` int64 values predicted from packed ``(N, C)`` probabilities."""
        return self.schema.predictions(self.apply(probabilities))

    def to_dict(self) -> dict[str, Any]:
        """Return plain dicts, lists and numbers, for checkpoints and exports."""
        sizes = zip(self.schema.names, self.schema.num_values, self.factors.tolist(), strict=True)
        return {
            'factors': {name: row[:size] for name, size, row in sizes},
            'parameters': dict(self.parameters),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], schema: AttributeSchema) -> 'OperatingPoint':
        """Return the inverse of :meth:`to_dict`, by the names of the attributes.

        Args:
            data: What :meth:`to_dict` gave.
            schema: Attributes, all of which must be in it; their order may be another.

        Raises:
            InputError: If the dict is of another form, or lacks an attribute or one of its values.
        """
        factors = np.ones((len(schema), max(schema.num_values)))
        try:
            for row, attribute in enumerate(schema.attributes):
                row_factors = np.array(data['factors'][attribute.name], np.float64)
                if row_factors.shape != (attribute.num_values,):
                    raise ValueError(f'{attribute.name!r} has {attribute.num_values} values')
                factors[row, : len(row_factors)] = row_factors
            parameters = {str(key): float(value) for key, value in data['parameters'].items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f'not an operating point of {", ".join(schema.names)}: {error!r}'
            ) from error
        return cls(schema, factors, parameters)
