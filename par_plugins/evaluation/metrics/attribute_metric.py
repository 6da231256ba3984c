"""mA, instance scores and average precision of the binary attributes of a dataset."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmengine.registry import METRICS
from torch import Tensor

from par_plugins.evaluation.functional import AttributeCounts, average_precision, mean_by_ratio
from par_plugins.evaluation.functional.attribute_protocols import protocol_named
from par_plugins.evaluation.functional.attribute_scores import (
    RATIO_GROUPS,
    threshold_per_attribute,
)
from par_plugins.evaluation.metrics.streamed_metric import StreamedMetric
from par_plugins.structures import InputError

INSTANCE_SCORES = ('mA', 'accuracy', 'precision', 'recall', 'f1')


@dataclass(frozen=True)
class _Summary:
    """Counts of a set of images, and their batches where average precision wants them."""

    counts: AttributeCounts
    batches: tuple[tuple[Tensor, Tensor], ...]

    def __add__(self, other: '_Summary') -> '_Summary':
        return _Summary(self.counts + other.counts, self.batches + other.batches)


@METRICS.register_module()
class AttributeMetric(StreamedMetric):
    """``attribute/mA``, ``accuracy``, ``precision``, ``recall``, ``f1`` in percent, and more.

    See ``attribute_scores`` for their meaning. With them come ``mA_many``, ``mA_medium`` and
    ``mA_few``, means of mA over attributes of such shares of positives (see
    ``mean_by_ratio``), and ``mAP``, the mean over attributes with labels of both values of the
    average precision over known labels.

    Where the protocol or the threshold is not the default, the names say so:
    ``attribute/openpar/mA``, ``attribute/rap@0.4/mA``, ``attribute/rap@per_attribute/mA``. A
    score that there is nothing to take over is NaN, which no ``save_best`` prefers to a number,
    and the log says why. Only binary attributes are scored; ``BalancedAccuracyMetric`` scores
    categorical ones too.

    Attributes:
        table: After ``evaluate``, in the main process: a dict for each binary attribute with
            ``name``, ``positives`` (their number), ``ratio`` in [0, 1], ``tpr``, ``tnr``, ``mA``
            and ``ap`` in percent (NaN where undefined), and ``threshold``.

    Args:
        protocol: ``'rap'``, ``'rap_matlab'``, ``'rethinking'`` or ``'openpar'``.
        threshold: One, or one for each binary attribute, in the schema's order; None takes the
            protocol's own.
        average_precision: Whether to score average precision, for which the probabilities of
            all images are kept; without it, memory does not grow with their number.
        **kwargs: See :class:`StreamedMetric`.

    Raises:
        InputError: If the protocol is unknown, or has no threshold of its own and none is given.
    """

    default_prefix = 'attribute'

    def __init__(
        self,
        protocol: str = 'rap',
        threshold: float | Sequence[float] | np.ndarray | None = None,
        average_precision: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.protocol = protocol_named(protocol)
        if threshold is None and self.protocol.threshold is None:
            raise InputError(
                f'protocol {protocol!r} has no threshold of its own: give threshold, 0.5 say'
            )
        self.threshold = None if threshold is None else _checked(threshold)
        self.average_precision = average_precision
        self.table: list[dict[str, Any]] = []

    @property
    def columns(self) -> list[int]:
        """The binary attributes, as columns of the targets.

        Raises:
            InputError: If the schema has none.
        """
        columns = [column for column, binary in enumerate(self.schema.binary) if binary]
        if not columns:
            raise InputError(
                f'AttributeMetric scores binary attributes, but the schema has none: '
                f'{self.schema}; BalancedAccuracyMetric scores categorical ones'
            )
        return columns

    @property
    def score_names(self) -> tuple[str, ...]:
        """The scores of every evaluation; the groups' means come and go with their members."""
        return self._named((*INSTANCE_SCORES, 'mAP') if self.average_precision else INSTANCE_SCORES)

    @property
    def occasional_names(self) -> tuple[str, ...]:
        """The means of groups of attributes, which labels may leave empty."""
        return self._named(f'mA_{group}' for group in RATIO_GROUPS)

    def _named(self, names: Iterable[str]) -> tuple[str, ...]:
        prefix = '' if self.rules == 'rap' else f'{self.rules}/'
        return tuple(f'{prefix}{name}' for name in names)

    def summarise(self, probabilities: Tensor, targets: Tensor) -> _Summary:
        """Count the binary attributes, and keep what average precision needs."""
        slices = self.schema.logit_slices
        probabilities = probabilities[:, [slices[column].start for column in self.columns]]
        counts = AttributeCounts.from_batch(
            probabilities, targets, protocol=self.protocol.name, threshold=self.threshold
        )
        kept = ((probabilities, targets.to(torch.int8)),)
        return _Summary(counts, kept if self.average_precision else ())

    def score(self, summary: _Summary) -> dict[str, float]:
        """Name the scores, fill the table, and warn of what is absent or undefined."""
        scores = summary.counts.scores()
        per_attribute, undefined = scores['per_attribute'], dict(scores['undefined'])
        names = [self.schema.names[column] for column in self.columns]
        precisions = self._average_precisions(summary, scores['absent'])
        thresholds = threshold_per_attribute(self.protocol, self.threshold, len(names)).tolist()
        self.table = [
            {
                'name': name,
                **{key: row[key] for key in ('positives', 'ratio', 'tpr', 'tnr', 'mA')},
                'ap': precision,
                'threshold': threshold,
            }
            for name, row, precision, threshold in zip(
                names, per_attribute, precisions, thresholds, strict=True
            )
        ]
        self._warn_of_absent()
        unscored = [
            n for n, binary in zip(self.schema.names, self.schema.binary, strict=True) if not binary
        ]
        if unscored:
            self.warn(
                f'{", ".join(unscored)} is categorical and not in these scores: '
                'BalancedAccuracyMetric scores it'
            )
        results = {key: scores[key] for key in INSTANCE_SCORES}
        for group, value in mean_by_ratio(per_attribute).items():
            results[f'mA_{group}'] = value
        if self.average_precision:
            results['mAP'] = torch.tensor(precisions, dtype=torch.float64).nanmean().item()
            if math.isnan(results['mAP']):
                undefined['mAP'] = 'no attribute has known labels of both values'
        for key, reason in undefined.items():
            self.warn(f'{key} is undefined: {reason}')
        return dict(zip(self._named(results), results.values(), strict=True))

    @property
    def rules(self) -> str:
        """Protocol and, where it is not the protocol's own, threshold."""
        threshold = self.threshold
        if threshold is None or threshold == self.protocol.threshold:
            return self.protocol.name
        shown = 'per_attribute' if isinstance(threshold, Sequence) else f'{threshold:g}'
        return f'{self.protocol.name}@{shown}'

    def _average_precisions(self, summary: _Summary, absent: Sequence[int]) -> list[float]:
        """Percent by column, NaN where a side is absent or average precision is not wanted."""
        num_attributes = summary.counts.columns.shape[1]
        if not self.average_precision:
            return [math.nan] * num_attributes
        columns = zip(*summary.batches, strict=True)
        precisions = 100 * average_precision(*(torch.cat(batches) for batches in columns))
        precisions[list(absent)] = math.nan
        return precisions.tolist()

    def _warn_of_absent(self) -> None:
        consequence = 'left out of mA' if self.protocol.absent_left_out else 'counted as 0 in mA'
        for side, rate in (('positive', 'tpr'), ('negative', 'tnr')):
            names = [row['name'] for row in self.table if math.isnan(row[rate])]
            if names:
                self.warn(f'no {side} label of {", ".join(names)}: {consequence}')


def _checked(threshold: float | Sequence[float] | np.ndarray) -> float | list[float]:
    """One threshold or many, as plain numbers."""
    many = isinstance(threshold, list | tuple | np.ndarray)
    given: Any = threshold if many else [threshold]
    for limit in given:
        number = isinstance(limit, int | float | np.number) and not isinstance(limit, bool)
        if not number or not 0 <= limit <= 1:
            raise InputError(f'threshold: {limit!r} is not a number in [0, 1]')
    limits = [float(limit) for limit in given]
    return limits if many else limits[0]
