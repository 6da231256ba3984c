"""Registered metrics: they gather predictions, call ``evaluation.functional`` and name results."""

from par_plugins.evaluation.metrics.attribute_accuracy_metric import AttributeAccuracyMetric
from par_plugins.evaluation.metrics.attribute_metric import AttributeMetric
from par_plugins.evaluation.metrics.balanced_accuracy_metric import BalancedAccuracyMetric
from par_plugins.evaluation.metrics.fid_metric import FIDMetric
from par_plugins.evaluation.metrics.operating_point_metric import OperatingPointMetric
from par_plugins.evaluation.metrics.positive_probability_metric import PositiveProbabilityMetric
from par_plugins.evaluation.metrics.reid_metric import ReIDMetric
from par_plugins.evaluation.metrics.top_k_recall_metric import TopKRecallMetric

__all__ = [
    'AttributeAccuracyMetric',
    'AttributeMetric',
    'BalancedAccuracyMetric',
    'FIDMetric',
    'OperatingPointMetric',
    'PositiveProbabilityMetric',
    'ReIDMetric',
    'TopKRecallMetric',
]
