"""From probabilities to answers that a person can use: a value, and how sure it is."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from par_runtime.answer_rules import HALF, AnswerRules
from par_runtime.attribute_schema import UNKNOWN, AttributeSchema
from par_runtime.input_error import InputError
from par_runtime.operating_point import OperatingPoint

STORED = 'stored'
DEFAULT_RULE = 'f1'
"""What ``stored`` means where a checkpoint has answer rules."""
ADJUSTMENT = 'threshold_adjustment'
TINY = 1e-12


@dataclass(frozen=True)
class Answer:
    """What is said of one attribute of one person.

    Attributes:
        value: True or False, the name of a categorical attribute's value, None for *unknown*.
        confidence: Probability that the value is right; where it is unknown, that of the value
            that would have been said.
        probability: The network's, of yes; of a categorical attribute by name of the value.
        threshold: Probability from which the answer is yes; None for a categorical attribute.
    """

    value: bool | str | None
    confidence: float
    probability: float | dict[str, float]
    threshold: float | None


@dataclass(frozen=True, eq=False)
class AnswerTable:
    """Answers about N people.

    Attributes:
        rule: What they come from.
        probabilities: Packed ``(N, C)``.
        values: ``(N, A)`` int64 as targets are, -1 for unknown.
        confidence: ``(N, A)`` float64, see :class:`Answer`.
    """

    rule: 'AnswerRule'
    probabilities: np.ndarray
    values: np.ndarray
    confidence: np.ndarray

    def __len__(self) -> int:
        return len(self.values)

    def of_person(self, row: int) -> dict[str, Answer]:
        """The answers about one of them, by name of the attribute."""
        schema = self.rule.schema
        answers = {}
        for column, attribute in enumerate(schema.attributes):
            own = self.probabilities[row, schema.logit_slices[column]].tolist()
            value, names = int(self.values[row, column]), attribute.values
            answers[attribute.name] = Answer(
                None if value == UNKNOWN else bool(value) if names is None else names[value],
                float(self.confidence[row, column]),
                own[0] if names is None else dict(zip(names, own, strict=True)),
                float(self.rule.thresholds[column]) if names is None else None,
            )
        return answers


@dataclass(frozen=True, eq=False)
class AnswerRule:
    """Turns probabilities into answers.

    A binary attribute is answered by its threshold. Of a set of which a person has exactly one
    (``one_of``) the one is answered whose odds are largest against its threshold's. Of a
    categorical attribute the most probable value is, where an operating point is given weighted by
    its factors. The answer is *unknown* where the crop is smaller or less sharp than the checkpoint
    can be trusted with, or the probability lies in a band in which too many answers were wrong.

    Attributes:
        name: Of the rule.
        known: Calibration and limits.
        thresholds: ``(A,)``, NaN for a categorical attribute.
        bands: ``(A, 2)`` of unknown answers, NaN where there is none.
        point: Of the categorical attributes, or None.
    """

    name: str
    known: AnswerRules
    thresholds: np.ndarray
    bands: np.ndarray
    point: OperatingPoint | None = None

    @classmethod
    def of_checkpoint(
        cls,
        meta: Mapping[str, Any],
        schema: AttributeSchema,
        *,
        source: str,
        thresholds: str | float | Mapping[str, float] = STORED,
        strictness: float = 0.0,
    ) -> 'AnswerRule':
        """Take the rule that a checkpoint was stored with.

        Args:
            meta: The checkpoint's.
            schema: The attributes of its probabilities.
            source: The checkpoint, for messages.
            thresholds: ``stored`` (the rule ``f1``, or 0.5 where nothing is stored); the name of a
                rule (``half``, ``prior``, ``mA``, ``f1``) or of a stored operating point; one
                threshold of all binary attributes; or thresholds by name, the others as stored.
            strictness: Added to the thresholds' logits: above 0 the answer is less often yes.

        Raises:
            InputError: If nothing is stored under this name, what is stored is damaged, or a
                threshold is outside [0, 1].
        """
        if not np.isfinite(strictness):
            raise InputError(f'strictness must be a number, got {strictness}')
        stored, points = meta.get('answer_rules'), meta.get('operating_points') or {}
        if not isinstance(points, Mapping):
            raise InputError(f'{source}: its operating points are {type(points).__name__}, no dict')
        known = (
            AnswerRules.without_any(schema)
            if stored is None
            else AnswerRules.from_dict(stored, schema, source=source)
        )
        name = thresholds if isinstance(thresholds, str) else STORED
        if name == STORED:
            name = DEFAULT_RULE if stored is not None else HALF
            if stored is None and isinstance(thresholds, str):
                warnings.warn(
                    f'{source} was stored without thresholds: the answer is yes from 0.5 on '
                    '(tools/analysis/fit_operating_points.py finds better ones)',
                    stacklevel=2,
                )
        bands = np.full((len(schema), 2), np.nan)
        if name in known.rules:
            limits, bands = known.rules[name].thresholds.copy(), known.rules[name].bands
        elif name in points:
            by_name = OperatingPoint.from_dict(points[name], schema).thresholds
            limits = np.array([by_name.get(each, np.nan) for each in schema.names])
        else:
            raise InputError(
                f'{source} has no thresholds {name!r}, only '
                f'{", ".join([*known.rules, *points])}: tools/analysis/fit_operating_points.py '
                'finds more'
            )
        given: Mapping[str, float] = {}
        if isinstance(thresholds, Mapping):
            given = thresholds
        elif not isinstance(thresholds, str):
            pairs = zip(schema.names, schema.binary, strict=True)
            given = {each: float(thresholds) for each, binary in pairs if binary}
        if given:
            name = 'given'
            OperatingPoint.from_thresholds(schema, given)  # names and ranges
            columns = [schema.index(each) for each in given]
            limits[columns] = list(given.values())
            bands = bands.copy()
            bands[columns] = np.nan  # those of another threshold
        if strictness:
            limits = _sigmoid(_logit(limits) + strictness)
        point = points.get(ADJUSTMENT) if name != HALF else None
        return cls(
            name,
            known,
            limits,
            bands,
            None if point is None else OperatingPoint.from_dict(point, schema),
        )

    @property
    def schema(self) -> AttributeSchema:
        """The attributes."""
        return self.known.schema

    def answer(
        self,
        probabilities: np.ndarray,
        heights: np.ndarray | None = None,
        sharpness: np.ndarray | None = None,
    ) -> AnswerTable:
        """Answer about N people.

        Args:
            probabilities: Packed ``(N, C)``.
            heights: ``(N,)`` of the people, in pixels; None where that says nothing.
            sharpness: ``(N,)`` of their crops.

        Raises:
            InputError: If there are not as many columns as the schema packs.
        """
        schema = self.schema
        exact = np.asarray(probabilities, np.float64)
        if exact.ndim != 2 or exact.shape[1] != schema.num_logits:
            raise InputError(
                f'probabilities of shape {exact.shape}, but the schema packs {len(schema)} '
                f'attributes into (N, {schema.num_logits})'
            )
        values = np.zeros((len(exact), len(schema)), np.int64)
        confidence = np.zeros((len(exact), len(schema)))
        doubtful = np.zeros(values.shape, bool)
        binary = np.flatnonzero(schema.binary)
        if len(binary):
            own = exact[:, [schema.logit_slices[column].start for column in binary]]
            self._answer_binary(binary, own, values, confidence, doubtful)
        for column in np.flatnonzero(np.logical_not(schema.binary)):
            own = exact[:, schema.logit_slices[column]]
            if self.point is not None:
                own = own * self.point.factors[column, : own.shape[1]]
                own = own / np.maximum(own.sum(axis=1, keepdims=True), TINY)
            values[:, column] = own.argmax(axis=1)
            confidence[:, column] = own.max(axis=1)
        for limit, measured in (
            (self.known.smallest_height, heights),
            (self.known.least_sharpness, sharpness),
        ):
            if limit is not None and measured is not None:
                doubtful |= (np.asarray(measured) < limit)[:, None]
        values[doubtful] = UNKNOWN
        return AnswerTable(self, np.asarray(probabilities), values, confidence)

    def _answer_binary(
        self,
        columns: np.ndarray,
        own: np.ndarray,
        values: np.ndarray,
        confidence: np.ndarray,
        doubtful: np.ndarray,
    ) -> None:
        known = self.known
        yes = own >= self.thresholds[columns]
        sure = known.slope[columns] * _logit(own) + known.offset[columns]
        share = _sigmoid(sure)
        low, high = self.bands[columns].T
        unsure = (own >= low) & (own <= high)
        for members in self.schema.exclusive_sets.values():
            places = np.searchsorted(columns, members)
            ahead = _logit(own[:, places]) - _logit(self.thresholds[members])
            chosen = ahead.argmax(axis=1)
            yes[:, places] = np.arange(len(members)) == chosen[:, None]
            # Of independent attributes of which exactly one is there, each is by its odds.
            odds = np.exp(sure[:, places] - sure[:, places].max(axis=1, keepdims=True))
            share[:, places] = odds / odds.sum(axis=1, keepdims=True)
            of_chosen = unsure[:, places][np.arange(len(own)), chosen]
            unsure[:, places] = of_chosen[:, None]
        values[:, columns] = yes
        confidence[:, columns] = np.where(yes, share, 1 - share)
        doubtful[:, columns] = unsure


def _logit(probabilities: np.ndarray) -> np.ndarray:
    inside = np.clip(probabilities, TINY, 1 - TINY)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -700, 700))))
