"""Scores as pure functions of arrays that can be checked by hand."""

from par_plugins.evaluation.functional.attribute_protocols import PROTOCOLS, AttributeProtocol
from par_plugins.evaluation.functional.attribute_scores import (
    AttributeCounts,
    attribute_scores,
    mean_by_ratio,
)
from par_plugins.evaluation.functional.balanced_accuracy import ValueCounts, balanced_accuracy
from par_plugins.evaluation.functional.matrices import EntryError, check_probabilities
from par_plugins.evaluation.functional.top_k_recall import TopKCounts, top_k_recall

__all__ = [
    'PROTOCOLS',
    'AttributeCounts',
    'AttributeProtocol',
    'EntryError',
    'TopKCounts',
    'ValueCounts',
    'attribute_scores',
    'balanced_accuracy',
    'check_probabilities',
    'mean_by_ratio',
    'top_k_recall',
]
