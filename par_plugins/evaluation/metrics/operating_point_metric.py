"""Scores at an operating point that was found on the validation split."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from mmengine.registry import METRICS
from torch import Tensor

from par_plugins.evaluation.functional import (
    fit_answer_rules,
    fit_threshold_adjustment,
    tuned_thresholds,
)
from par_plugins.evaluation.functional.matrices import refuse_entries
from par_plugins.evaluation.functional.tuned_thresholds import CRITERIA
from par_plugins.evaluation.metrics.attribute_metric import AttributeMetric
from par_plugins.evaluation.metrics.balanced_accuracy_metric import BalancedAccuracyMetric
from par_plugins.evaluation.metrics.streamed_metric import StreamedMetric
from par_plugins.structures import (
    UNKNOWN,
    AnswerRules,
    InputError,
    LabelStatistics,
    OperatingPoint,
)

ADJUSTMENT = 'threshold_adjustment'
PRIOR = 'prior'


@dataclass(frozen=True)
class _Batches:
    """All that was predicted and labelled."""

    parts: tuple[tuple[Tensor, Tensor], ...]

    def __add__(self, other: '_Batches') -> '_Batches':
        return _Batches(self.parts + other.parts)


@METRICS.register_module()
class OperatingPointMetric(StreamedMetric):
    """``attribute/tuned_f1/mA``, ``attribute/prior/mA`` and so on.

    The scores of ``AttributeMetric`` (without average precision) and ``BalancedAccuracyMetric`` at
    an :class:`OperatingPoint`. ``OperatingPointHook`` lets the one of the validation evaluator
    find it on the validation split, keeps it with the checkpoint, and gives it to the one of the
    test evaluator. Scores on the very images that the point was found on are too good, so they
    have a name of their own: ``attribute/tuned_f1_in_sample/mA``.

    The probabilities of all images are kept until the evaluation ends.

    Attributes:
        point: What is applied, or None to find one on the images of the next evaluation.
        found: The one found in the last evaluation; in the main process.
        answer_rules: All that is kept for answering, found with the rule ``'prior'``.
        table: See :class:`AttributeMetric`.

    Args:
        rule: ``'mA'``, ``'f1'`` or ``'youden'``: a threshold for each binary attribute, see
            ``tuned_thresholds``; categorical ones stay as they are. ``'prior'``: the share of
            positives in training, of outputs that are calibrated on the validation split, see
            ``fit_answer_rules``. ``'threshold_adjustment'``: see ``fit_threshold_adjustment``.
        temperatures: For ``'threshold_adjustment'`` to choose from.
        required: Whether a test of weights that have no such point is refused; else it leaves
            these scores out.
        **kwargs: See :class:`StreamedMetric`.

    Raises:
        InputError: If the rule is unknown, or there are no temperatures.
    """

    default_prefix = 'attribute'

    def __init__(
        self,
        rule: str = 'mA',
        temperatures: Sequence[float] = (1, 2, 3, 4, 5),
        required: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        rules = (*CRITERIA, PRIOR, ADJUSTMENT)
        if rule not in rules:
            raise InputError(f'rule must be one of {", ".join(rules)}, got {rule!r}')
        if not temperatures:
            raise InputError('temperatures is empty: there is none to choose from')
        self.rule = rule
        self.temperatures = tuple(temperatures)
        self.required = required
        self.point: OperatingPoint | None = None
        self.found: OperatingPoint | None = None
        self.answer_rules: AnswerRules | None = None
        self.statistics: LabelStatistics | None = None
        self.table: list[dict[str, Any]] = []

    @property
    def operating_point_name(self) -> str:
        """What the operating point is stored as."""
        return f'tuned_{self.rule}' if self.rule in CRITERIA else self.rule

    @property
    def needs_label_statistics(self) -> bool:
        """Whether finding the point takes the training set's counts."""
        return self.rule not in CRITERIA

    def set_label_statistics(self, statistics: LabelStatistics) -> None:
        """Take the training set's counts."""
        self.statistics = statistics

    @property
    def rules(self) -> str:
        """The operating point, and whether it was found on these images."""
        return self.operating_point_name + ('' if self.point else '_in_sample')

    @property
    def score_names(self) -> tuple[str, ...]:
        """The scores of both metrics, behind the operating point's name."""
        names = [name for metric in self._metrics() for name in metric.score_names]
        return tuple(f'{self.rules}/{name}' for name in names)

    def summarise(self, probabilities: Tensor, targets: Tensor) -> _Batches:
        """Keep the batch."""
        if self.point is None and self.needs_label_statistics and self.statistics is None:
            raise InputError(
                f"rule={self.rule!r} needs the training set's counts: add "
                "dict(type='OperatingPointHook') to custom_hooks"
            )
        wrong = (targets < UNKNOWN) | (targets >= torch.tensor(self.schema.num_values))
        refuse_entries('targets', targets, wrong, 0, f'a value of the attribute or {UNKNOWN}')
        return _Batches(((probabilities, targets),))

    def score(self, summary: _Batches) -> dict[str, float]:
        """Find the operating point where there is none, and score the predictions at it."""
        probabilities, targets = (torch.cat(part) for part in zip(*summary.parts, strict=True))
        point = self.point
        if point is None:
            self.found = point = self._find(probabilities, targets)
        adjusted = torch.from_numpy(point.apply(probabilities))
        results: dict[str, float] = {}
        for metric in self._metrics():
            results |= metric.score(metric.summarise(adjusted, targets[:, metric.columns]))
            if isinstance(metric, AttributeMetric):
                thresholds = point.thresholds
                self.table = [{**row, 'threshold': thresholds[row['name']]} for row in metric.table]
        return {f'{self.rules}/{name}': value for name, value in results.items()}

    def _find(self, probabilities: Tensor, targets: Tensor) -> OperatingPoint:
        schema = self.schema
        if self.rule == ADJUSTMENT:
            assert self.statistics is not None
            return fit_threshold_adjustment(
                probabilities, targets, self.statistics, temperatures=self.temperatures
            )
        if self.rule == PRIOR:
            self.answer_rules = fit_answer_rules(
                probabilities.double(), targets, schema, self.statistics
            )
            priors = self.answer_rules.rules[PRIOR].thresholds.tolist()
            rows = zip(schema.names, schema.binary, priors, strict=True)
            return OperatingPoint.from_thresholds(schema, {n: t for n, b, t in rows if b})
        columns = [column for column, binary in enumerate(schema.binary) if binary]
        own = [schema.logit_slices[column].start for column in columns]
        thresholds = tuned_thresholds(
            probabilities[:, own].double(), targets[:, columns], criterion=self.rule
        )
        names = [schema.names[column] for column in columns]
        return OperatingPoint.from_thresholds(
            schema, dict(zip(names, thresholds.tolist(), strict=True))
        )

    def _metrics(self) -> list[StreamedMetric]:
        """The metrics whose scores are taken; the first only where an attribute is binary."""
        metrics: list[StreamedMetric] = [BalancedAccuracyMetric()]
        if any(self.schema.binary):
            metrics.insert(0, AttributeMetric(average_precision=False))
        for metric in metrics:
            metric.dataset_meta = self.dataset_meta
            metric.prefix = f'{self.prefix}/{self.rules}'
        return metrics
