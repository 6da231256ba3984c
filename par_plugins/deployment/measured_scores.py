"""The numbers of a release: each with its protocol, its threshold and an interval."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from par_plugins.deployment.predicted_test_set import UNKNOWN_CAMERA, PredictedTestSet
from par_plugins.evaluation.functional import (
    attribute_scores,
    average_precision,
    bootstrap_intervals,
    wilson_interval,
)
from par_plugins.structures import AnswerRules, AttributeSchema

PROTOCOL = 'rap'
DIGITS = 2
"""Decimals of percents, here and on the card."""
SCORES = ('mA', 'accuracy', 'precision', 'recall', 'f1')
HEIGHTS = (64, 128, 256)
"""Edges between the sizes of pictures, in pixels."""
FEWEST = 10
"""Positives and negatives that an attribute needs in a group of pictures to be scored there."""
Cell = dict[str, Any]


def measured_scores(run: PredictedTestSet, rules: AnswerRules) -> dict[str, Any]:
    """Score a test set by every rule.

    Args:
        run: What was predicted.
        rules: Thresholds of every rule, found on other pictures.

    Returns:
        Plain data: ``protocol``, ``pictures``, ``rules`` (thresholds, scores and intervals by
        rule), ``mAP``, ``attributes`` (counts and rates of each, at the rule ``half``),
        ``subgroups``. Percents have :data:`DIGITS` decimals, and are None where they are undefined.
    """
    schema = rules.schema
    columns = [column for column, binary in enumerate(schema.binary) if binary]
    known = run.targets[:, columns]
    said = run.probabilities[:, [schema.logit_slices[column].start for column in columns]]
    rows = {schema.names[column]: place for place, column in enumerate(columns)}
    by_rule: dict[str, Any] = {}
    for name, rule in rules.rules.items() if columns else ():
        limits = rule.thresholds[columns]
        scores = attribute_scores(said, known, protocol=PROTOCOL, threshold=limits)
        intervals = bootstrap_intervals(said, known, protocol=PROTOCOL, threshold=limits)
        by_rule[name] = {
            'thresholds': dict(zip(rows, limits.tolist(), strict=True)),
            'scores': {key: _percent(scores[key]) for key in SCORES},
            'intervals': {key: [_percent(end) for end in intervals[key]] for key in SCORES},
            'mA_by_attribute': {
                each: _percent(row['mA'])
                for each, row in zip(rows, scores['per_attribute'], strict=True)
            },
        }
    both = (known == 1).any(axis=0) & (known == 0).any(axis=0)
    by_column = np.where(both, 100 * average_precision(said, known), math.nan).tolist()
    precisions = {name: by_column[place] for name, place in rows.items()}
    answers = answers_at_half(run, schema)
    return {
        'protocol': PROTOCOL,
        'pictures': len(run.targets),
        'rules': by_rule,
        'mAP': _percent(_mean(list(precisions.values()))),
        'attributes': [
            {
                'name': name,
                **_rates(schema, column, answers, run.targets),
                'ap': _percent(precisions.get(name, math.nan)),
            }
            for column, name in enumerate(schema.names)
        ],
        'subgroups': list(_subgroups(run, schema, answers)),
    }


def scores_of_form(run: PredictedTestSet, rules: AnswerRules) -> dict[str, Any]:
    """Score another form of the network: what :func:`measured_scores` says of all attributes.

    Args:
        run: What was predicted.
        rules: See there.
    """
    scores = measured_scores(run, rules)
    return {key: scores[key] for key in ('rules', 'mAP')}


def answers_at_half(run: PredictedTestSet, schema: AttributeSchema) -> np.ndarray:
    """Return ``(N, A)`` int8 answers: yes from 0.5 on, else the most probable value."""
    return schema.predictions(run.probabilities).astype(np.int8)


def _subgroups(
    run: PredictedTestSet, schema: AttributeSchema, answers: np.ndarray
) -> Iterator[Cell]:
    """Every attribute among the pictures of a camera, of a size, and with another attribute."""
    for group, members in _groups(run, schema):
        cells = [
            {'name': name, **_rates(schema, column, answers[members], run.targets[members])}
            for column, name in enumerate(schema.names)
        ]
        scored = [
            cell
            for cell in cells
            if 'mA' in cell and min(cell['positives'], cell['negatives']) >= FEWEST
        ]
        yield {
            'group': group,
            'pictures': int(members.sum()),
            'mA': _percent(_mean([cell['mA'] for cell in scored])),
            'attributes_scored': len(scored),
            'attributes': cells,
        }


def _groups(run: PredictedTestSet, schema: AttributeSchema) -> Iterator[tuple[str, np.ndarray]]:
    for camera in np.unique(run.cameras[run.cameras != UNKNOWN_CAMERA]):
        yield f'camera {camera}', run.cameras == camera
    edges = (0, *HEIGHTS, math.inf)
    for low, high in pairwise(edges):
        members = (run.heights >= low) & (run.heights < high)
        if members.any():
            below = f'below {high}' if low == 0 else f'{low} to {high - 1:.0f}'
            yield f'{below if high < math.inf else f"{low} or more"} pixels high', members
    for column, attribute in enumerate(schema.attributes):
        for value, named in enumerate(attribute.values or ('no', 'yes')):
            members = run.targets[:, column] == value
            if members.any():
                yield f'{attribute.name}: {named}', members


def _rates(schema: AttributeSchema, column: int, answers: np.ndarray, targets: np.ndarray) -> Cell:
    """Counts of an attribute, and how often the answers are right, with Wilson's intervals."""
    known = targets[:, column] >= 0
    right = known & (answers[:, column] == targets[:, column])
    if not schema.binary[column]:
        return {'labelled': int(known.sum()), 'accuracy': _rate(right.sum(), known.sum())}
    sides = {
        name: known & (targets[:, column] == value)
        for name, value in (('positives', 1), ('negatives', 0))
    }
    counts = {name: int(side.sum()) for name, side in sides.items()}
    hits = {name: int((right & side).sum()) for name, side in sides.items()}
    rates = [100 * hits[n] / counts[n] if counts[n] else math.nan for n in counts]
    return {
        **counts,
        'recall': _rate(hits['positives'], counts['positives']),
        'specificity': _rate(hits['negatives'], counts['negatives']),
        'mA': _percent(sum(rates) / 2),
    }


def _rate(hits: Any, total: Any) -> list[float | None]:
    """The rate and its interval."""
    share = 100 * int(hits) / int(total) if total else math.nan
    return [_percent(value) for value in (share, *wilson_interval(int(hits), int(total)))]


def _mean(values: list[Any]) -> float:
    defined = [value for value in values if value is not None and not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan


def _percent(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), DIGITS)
