"""Label-based and instance-based scores of binary attributes, by named protocol."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from numpy.typing import ArrayLike
from torch import Tensor

from par_plugins.evaluation.functional.attribute_protocols import (
    AttributeProtocol,
    RowKind,
    protocol_named,
)
from par_plugins.evaluation.functional.matrices import (
    as_matrix,
    check_probabilities,
    paired_chunks,
    refuse_entries,
    rows_per_chunk,
)
from par_plugins.structures import UNKNOWN, InputError

Threshold = float | Sequence[float] | Tensor | ArrayLike
"""One for all attributes, or ``(A,)``."""

RATIO_GROUPS = {'many': 0.20, 'medium': 0.05, 'few': 0.0}
"""The smallest share of positives among an attribute's known labels that puts it in a group."""

_ROW_KINDS: tuple[RowKind, ...] = ('known', 'true', 'predicted', 'either')
_NO_ROW: dict[RowKind, str] = {
    'known': 'no row has a known label',
    'true': 'no row has a positive label',
    'predicted': 'no row has a positive prediction',
    'either': 'no row has a positive label or prediction',
}


@dataclass(frozen=True)
class AttributeCounts:
    """All that the scores of a set of images need to know of them; ``+`` joins two sets.

    Attributes:
        protocol: The rules by which the predictions were made and are scored.
        columns: ``(4, A)`` int64, per attribute: known labels, positive labels, positive
            predictions where the label is known, and right ones among these.
        rows: ``(4,)`` int64, number of rows of each kind: known, true, predicted, either.
        sums: ``(4,)`` float64, sums over rows of accuracy, precision, recall and F1, each
            between 0 and 1.
    """

    protocol: AttributeProtocol
    columns: Tensor
    rows: Tensor
    sums: Tensor

    @classmethod
    def from_batch(
        cls,
        probabilities: Tensor | ArrayLike,
        targets: Tensor | ArrayLike,
        *,
        protocol: str,
        threshold: Threshold | None,
    ) -> 'AttributeCounts':
        """Count one batch of images; arguments and errors as in :func:`attribute_scores`."""
        rules = protocol_named(protocol)
        scores = as_matrix('probabilities', probabilities)
        labels = as_matrix('targets', targets)
        num_rows, num_attributes = scores.shape
        dtype = torch.float64 if scores.dtype == torch.float64 else torch.float32
        limits = threshold_per_attribute(rules, threshold, num_attributes).to(scores.device, dtype)
        want_exact = rules.threshold is None and threshold is None

        columns = limits.new_zeros(4, num_attributes, dtype=torch.int64)
        rows = limits.new_zeros(4, dtype=torch.int64)
        sums = limits.new_zeros(4, dtype=torch.float64)
        # One buffer for all chunks: fresh memory for each would cost more than the counting.
        length = min(num_rows, rows_per_chunk(num_attributes))
        buffer = limits.new_empty(4, length, num_attributes, dtype=torch.float32)
        for start, score, label in paired_chunks('probabilities', scores, 'targets', labels):
            score = score.to(dtype)
            check_probabilities('probabilities', score, start)
            if want_exact:
                _check_exact(score, start, rules)
            label_as_float = label.float()
            _check_targets(label, label_as_float, start)
            planes = buffer[:, : len(score)]
            _mark(score, label_as_float, limits, rules, out=planes)
            columns += planes.sum(dim=1).long()
            present, quotients = _row_quotients(planes.sum(dim=2).double())
            rows += present.sum(dim=1)
            sums += quotients.sum(dim=1)
        return cls(rules, columns, rows, sums)

    def __add__(self, other: 'AttributeCounts') -> 'AttributeCounts':
        if self.protocol != other.protocol:
            raise InputError(
                f'counts by protocol {self.protocol.name!r} and counts by protocol '
                f'{other.protocol.name!r} do not add up'
            )
        return AttributeCounts(
            self.protocol,
            self.columns + other.columns,
            self.rows + other.rows,
            self.sums + other.sums,
        )

    def scores(self) -> dict[str, Any]:
        """Return the scores of the images counted, as :func:`attribute_scores` returns them."""
        protocol = self.protocol
        rows: dict[RowKind, int] = dict(zip(_ROW_KINDS, self.rows.tolist(), strict=True))
        accuracy_sum, precision_sum, recall_sum, f1_sum = self.sums.tolist()
        undefined: dict[str, str] = {}

        def mean(score: str, total: float, row_kind: RowKind) -> float:
            if rows[row_kind] == 0:
                undefined[score] = _NO_ROW[row_kind]
                return math.nan
            return 100 * total / rows[row_kind]

        per_attribute = self._per_attribute()
        mean_accuracy = _mean_defined([row['mA'] for row in per_attribute])
        if math.isnan(mean_accuracy):
            undefined['mA'] = (
                'no attribute has known labels of both values'
                if protocol.absent_left_out
                else _NO_ROW['known']
            )
        scores = {
            'mA': mean_accuracy,
            'accuracy': mean('accuracy', accuracy_sum, protocol.accuracy_rows),
            'precision': mean('precision', precision_sum, protocol.precision_rows),
            'recall': mean('recall', recall_sum, protocol.recall_rows),
        }
        if protocol.f1_of_means:
            scores['f1'] = _harmonic_mean(scores['precision'], scores['recall'])
            if math.isnan(scores['f1']):
                undefined['f1'] = undefined.get('precision') or undefined['recall']
        else:
            scores['f1'] = mean('f1', f1_sum, 'known')
        absent = [
            column
            for column, row in enumerate(per_attribute)
            if row['positives'] == 0 or row['negatives'] == 0
        ]
        return {**scores, 'per_attribute': per_attribute, 'absent': absent, 'undefined': undefined}

    def _per_attribute(self) -> list[dict[str, Any]]:
        known, positives, predicted, hits = self.columns.double()
        negatives = known - positives
        rates = 100 * torch.stack([hits / positives, (negatives - predicted + hits) / negatives])
        missing_is_zero = not self.protocol.absent_left_out and bool(known.any())
        fields = {
            'positives': positives.long(),
            'negatives': negatives.long(),
            'ratio': positives / known,
            'tpr': rates[0],
            'tnr': rates[1],
            'mA': (rates.nan_to_num(0.0) if missing_is_zero else rates).mean(dim=0),
        }
        rows = zip(*(values.tolist() for values in fields.values()), strict=True)
        return [dict(zip(fields, row, strict=True)) for row in rows]


def attribute_scores(
    probabilities: Tensor | ArrayLike,
    targets: Tensor | ArrayLike,
    *,
    protocol: str = 'rap',
    threshold: Threshold | None = None,
) -> dict[str, Any]:
    """Score binary attributes.

    ``mA = 1/(2A) * sum_j (TP_j/P_j + TN_j/N_j)``; accuracy, precision and recall are means over
    rows of ``|Y&F|/|Y|F|``, ``|Y&F|/|F|`` and ``|Y&F|/|Y|``, where Y are the attributes of the
    row labelled positive and F those predicted positive, both among its known labels (Li et
    al., A Richly Annotated Dataset for Pedestrian Attribute Recognition, 2016). What a protocol
    decides beyond that stands in :data:`PROTOCOLS`.

    Args:
        probabilities: ``(N, A)`` in [0, 1], any numeric type. Half precision is compared with
            the threshold as float32; the threshold is rounded to the type compared in.
        targets: ``(N, A)`` of 0, 1, or -1 for unknown. An unknown label enters no count, and a
            row without a known label no mean.
        protocol: ``'rap'``, ``'rap_matlab'``, ``'rethinking'`` or ``'openpar'``.
        threshold: In [0, 1], one or ``(A,)``; None takes the protocol's own. ``'rap_matlab'``
            has none: then the probabilities must be exactly 0 or 1.

    Returns:
        ``mA``, ``accuracy``, ``precision``, ``recall``, ``f1`` in percent; ``per_attribute``, a
        dict for each column with ``positives``, ``negatives``, their ``ratio`` in [0, 1]
        (positives to known labels), ``tpr``, ``tnr`` and ``mA`` in percent; ``absent``, the
        columns without a positive or without a negative label; ``undefined``, a reason for
        each score that is NaN because there is nothing to take it over.

    Raises:
        InputError: If the protocol is unknown, the shapes differ, a threshold is outside
            [0, 1] or of another length, or ``'rap_matlab'`` lacks one that it needs.
        EntryError: If a probability is outside [0, 1] or NaN, or a target is not -1, 0 or 1;
            the message names row, column and value.

    Example:
        >>> scores = attribute_scores([[0.9, 0.2], [0.4, 0.7]], [[1, 0], [1, 1]])
        >>> scores['precision'], scores['recall'], scores['absent']
        (100.0, 75.0, [0])
    """
    counts = AttributeCounts.from_batch(
        probabilities, targets, protocol=protocol, threshold=threshold
    )
    return counts.scores()


def threshold_per_attribute(
    protocol: AttributeProtocol, threshold: Threshold | None, num_attributes: int
) -> Tensor:
    """Return the threshold each attribute is predicted with.

    Args:
        protocol: Its own threshold is taken where none is given; 0.5 tells exact 0/1 apart.
        threshold: One, or ``(A,)``, or None.
        num_attributes: A.

    Returns:
        ``(A,)`` float64.

    Raises:
        InputError: If there are not one or A of them, or one is outside [0, 1].
    """
    if threshold is None:
        threshold = 0.5 if protocol.threshold is None else protocol.threshold
    limits = torch.as_tensor(threshold, dtype=torch.float64)
    if limits.shape not in ((), (num_attributes,)):
        raise InputError(
            f'threshold: shape {tuple(limits.shape)}, neither one number nor ({num_attributes},)'
        )
    limits = limits.expand(num_attributes)
    wrong = ~((limits >= 0) & (limits <= 1))
    if wrong.any():
        column = int(wrong.nonzero()[0])
        raise InputError(f'threshold: column {column} is {limits[column].item()}, not in [0, 1]')
    return limits


def mean_by_ratio(per_attribute: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Average mA over attributes with many, medium and few positives.

    Args:
        per_attribute: As :func:`attribute_scores` returns it.

    Returns:
        Percent by group of :data:`RATIO_GROUPS`; a group without a scored attribute is not in
        it.

    Example:
        >>> mean_by_ratio([{'ratio': 0.5, 'mA': 90.0}, {'ratio': 0.3, 'mA': 80.0}])
        {'many': 85.0}
    """
    members: dict[str, list[float]] = {group: [] for group in RATIO_GROUPS}
    for row in per_attribute:
        for group, smallest in RATIO_GROUPS.items():
            if row['ratio'] >= smallest:
                members[group].append(row['mA'])
                break
    means = {group: _mean_defined(values) for group, values in members.items()}
    return {group: value for group, value in means.items() if not math.isnan(value)}


def _check_exact(score: Tensor, start: int, protocol: AttributeProtocol) -> None:
    expected = f'exactly 0 or 1, which protocol {protocol.name!r} needs if no threshold is given'
    refuse_entries('probabilities', score, (score != 0) & (score != 1), start, expected)


def _check_targets(label: Tensor, as_float: Tensor, start: int) -> None:
    if label.numel() == 0:
        return
    low, high = torch.aminmax(as_float)
    if label.is_floating_point() or not (low >= UNKNOWN and high <= 1):
        wrong = (as_float != UNKNOWN) & (as_float != 0) & (as_float != 1)
        refuse_entries('targets', label, wrong, start, f'0, 1, or {UNKNOWN} for unknown')


def _mark(
    score: Tensor, label: Tensor, limits: Tensor, protocol: AttributeProtocol, *, out: Tensor
) -> None:
    """Mark with 1 what is known, true, predicted, and predicted and true.

    The marks are float32, not bool, because these add up several times faster; fewer than
    2^24 of them add up exactly.
    """
    known, true, predicted, hit = out
    torch.ge(label, 0, out=known)
    torch.clamp(label, min=0, out=true)
    compare = torch.ge if protocol.inclusive else torch.gt
    compare(score, limits, out=predicted)
    predicted.mul_(known)
    torch.mul(predicted, true, out=hit)


def _row_quotients(marks: Tensor) -> tuple[Tensor, Tensor]:
    """From ``(4, n)`` marks a row: which kinds each row is of, and its four quotients."""
    known, true, predicted, hit = marks
    either = true + predicted - hit
    above = torch.stack([hit, hit, hit, 2 * hit])
    below = torch.stack([either, predicted, true, true + predicted])
    return torch.stack([known, true, predicted, either]) > 0, above / below.clamp(min=1)


def _mean_defined(values: Sequence[float]) -> float:
    return torch.tensor(values, dtype=torch.float64).nanmean().item()


def _harmonic_mean(first: float, second: float) -> float:
    both = first + second
    return 0.0 if both == 0 else 2 * first * second / both
