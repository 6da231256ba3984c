"""What is known about answering with a network's probabilities, found once and kept with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from par_runtime.attribute_schema import AttributeSchema
from par_runtime.input_error import InputError

HALF = 'half'
RULES = (HALF, 'prior', 'mA', 'f1')
"""The rules of which each has a threshold for every binary attribute."""
Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RuleThresholds:
    """Thresholds of one rule, and what is to be expected of answers at them.

    All have a row for each attribute, NaN for a categorical one and where nothing is known.

    Attributes:
        thresholds: ``(A,)`` probability from which the answer is yes.
        precision: ``(A,)`` share of the answers yes that were right.
        recall: ``(A,)`` share of the people with the attribute who were answered yes.
        bands: ``(A, 2)`` between these probabilities too few answers were right: *unknown*.
    """

    thresholds: Vector
    precision: Vector
    recall: Vector
    bands: Vector


@dataclass(frozen=True, eq=False)
class AnswerRules:
    """How probabilities of a network become answers.

    Attributes:
        schema: The attributes.
        rules: Thresholds by the name of the rule.
        slope: ``(A,)`` and
        offset: ``(A,)``: ``sigmoid(slope * logit(p) + offset)`` is how often a person with the
            output p has the attribute; NaN for a categorical one.
        priors: ``(A,)`` share of positives in training; NaN where it is not known.
        smallest_height: Of a person in pixels, below which answers are unknown.
        least_sharpness: Of a crop, below which answers are unknown.

    Raises:
        InputError: If the numbers are of another shape or outside their ranges.
    """

    schema: AttributeSchema
    rules: Mapping[str, RuleThresholds]
    slope: Vector
    offset: Vector
    priors: Vector
    smallest_height: float | None = field(default=None)
    least_sharpness: float | None = field(default=None)

    def __post_init__(self) -> None:
        size, binary = len(self.schema), np.array(self.schema.binary)
        for name, rule in self.rules.items():
            for entry in ('thresholds', 'precision', 'recall'):
                _check(f'{entry} of the rule {name!r}', getattr(rule, entry), (size,))
            _check(f'bands of the rule {name!r}', rule.bands, (size, 2))
            if not np.isfinite(rule.thresholds[binary]).all():
                raise InputError(f'the rule {name!r} lacks thresholds of binary attributes')
        _check('priors', self.priors, (size,))
        for entry in ('slope', 'offset'):
            values = getattr(self, entry)
            if values.shape != (size,) or not np.isfinite(values[binary]).all():
                raise InputError(f'{entry} has {values.shape} entries, or some that are no numbers')
        if not (self.slope[binary] > 0).all():
            raise InputError('slope of the calibration must be above 0')
        for entry in ('smallest_height', 'least_sharpness'):
            value = getattr(self, entry)
            if value is not None and not 0 <= value < 1e9:
                raise InputError(f'{entry} is {value}, not a number of at least 0')

    @classmethod
    def without_any(cls, schema: AttributeSchema) -> 'AnswerRules':
        """The rules of a network of which nothing is known: 0.5 alone."""
        binary = np.array(schema.binary)
        nothing = np.full(len(schema), np.nan)
        half = RuleThresholds(
            np.where(binary, 0.5, np.nan), nothing, nothing, np.full((len(schema), 2), np.nan)
        )
        return cls(
            schema,
            {HALF: half},
            np.where(binary, 1.0, np.nan),
            np.where(binary, 0.0, np.nan),
            nothing,
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, lists, numbers and None, for checkpoints and exports."""
        names = self.schema.names

        def by_name(values: Vector) -> dict[str, Any]:
            return {n: _plain(row) for n, row in zip(names, values.tolist(), strict=True)}

        return {
            'rules': {
                name: {
                    entry: by_name(getattr(rule, entry)) for entry in RuleThresholds.__annotations__
                }
                for name, rule in self.rules.items()
            },
            **{entry: by_name(getattr(self, entry)) for entry in ('slope', 'offset', 'priors')},
            'smallest_height': self.smallest_height,
            'least_sharpness': self.least_sharpness,
        }

    @classmethod
    def from_dict(
        cls, data: Mapping[str, Any], schema: AttributeSchema, *, source: str
    ) -> 'AnswerRules':
        """The inverse of :meth:`to_dict`, by the names of the attributes.

        Args:
            data: What :meth:`to_dict` gave.
            schema: Attributes, all of which must be in it; their order may be another.
            source: What carries it, for the message.

        Raises:
            InputError: If the dict is of another form, or see the class.
        """

        def by_name(values: Mapping[str, Any], width: int = 1) -> Vector:
            rows = [values[name] for name in schema.names]
            array = np.array(rows, dtype=np.float64)  # None becomes NaN
            if array.shape != ((len(schema),) if width == 1 else (len(schema), width)):
                raise ValueError(f'{width} numbers are expected for each attribute')
            return array

        try:
            rules = {
                str(name): RuleThresholds(
                    **{
                        entry: by_name(rule[entry], 2 if entry == 'bands' else 1)
                        for entry in RuleThresholds.__annotations__
                    }
                )
                for name, rule in data['rules'].items()
            }
            numbers = [by_name(data[entry]) for entry in ('slope', 'offset', 'priors')]
            limits = [
                None if data.get(entry) is None else float(data[entry])
                for entry in ('smallest_height', 'least_sharpness')
            ]
            return cls(schema, rules, *numbers, *limits)  # type: ignore[arg-type]
        except InputError as error:
            raise InputError(f'{source}: answer rules: {error}') from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f'{source}: not answer rules of its attributes: {error!r}') from error


def _plain(row: Any) -> Any:
    """NaN as None, which JSON has too."""
    if isinstance(row, list):
        return [_plain(value) for value in row]
    return None if np.isnan(row) else row


def _check(name: str, values: Vector, shape: tuple[int, ...]) -> None:
    if values.shape != shape:
        raise InputError(f'{name} are of shape {values.shape}, expected {shape}')
    if not (np.isnan(values) | ((values >= 0) & (values <= 1))).all():
        raise InputError(f'{name} must be in [0, 1], got {values.tolist()}')
