"""Scores as pure functions of arrays that can be checked by hand."""

from par_plugins.evaluation.functional.attribute_accuracy import (
    AccuracyCounts,
    attribute_accuracy,
)
from par_plugins.evaluation.functional.attribute_protocols import PROTOCOLS, AttributeProtocol
from par_plugins.evaluation.functional.attribute_scores import (
    AttributeCounts,
    attribute_scores,
    mean_by_ratio,
)
from par_plugins.evaluation.functional.average_precision import average_precision
from par_plugins.evaluation.functional.balanced_accuracy import ValueCounts, balanced_accuracy
from par_plugins.evaluation.functional.exact_distances import exact_distances
from par_plugins.evaluation.functional.fit_answer_rules import fit_answer_rules
from par_plugins.evaluation.functional.frechet_distance import FeatureMoments, frechet_distance
from par_plugins.evaluation.functional.matrices import EntryError, check_probabilities
from par_plugins.evaluation.functional.positive_probability import (
    PositiveProbabilities,
    positive_probability,
)
from par_plugins.evaluation.functional.reliability_bins import ReliabilityBins, reliability_bins
from par_plugins.evaluation.functional.retrieval_scores import retrieval_scores
from par_plugins.evaluation.functional.score_intervals import (
    Interval,
    bootstrap_intervals,
    wilson_interval,
)
from par_plugins.evaluation.functional.threshold_adjustment import (
    fit_threshold_adjustment,
    threshold_adjustment,
)
from par_plugins.evaluation.functional.top_k_predictions import top_k_predictions
from par_plugins.evaluation.functional.top_k_recall import TopKCounts, top_k_recall
from par_plugins.evaluation.functional.tuned_thresholds import tuned_thresholds

__all__ = [
    'PROTOCOLS',
    'AccuracyCounts',
    'AttributeCounts',
    'AttributeProtocol',
    'EntryError',
    'FeatureMoments',
    'Interval',
    'PositiveProbabilities',
    'ReliabilityBins',
    'TopKCounts',
    'ValueCounts',
    'attribute_accuracy',
    'attribute_scores',
    'average_precision',
    'balanced_accuracy',
    'bootstrap_intervals',
    'check_probabilities',
    'exact_distances',
    'fit_answer_rules',
    'fit_threshold_adjustment',
    'frechet_distance',
    'mean_by_ratio',
    'positive_probability',
    'reliability_bins',
    'retrieval_scores',
    'threshold_adjustment',
    'top_k_predictions',
    'top_k_recall',
    'tuned_thresholds',
    'wilson_interval',
]
