"""Registered metrics: they gather predictions, call ``evaluation.functional`` and name results."""

from par_plugins.evaluation.metrics.attribute_metric import AttributeMetric
from par_plugins.evaluation.metrics.balanced_accuracy_metric import BalancedAccuracyMetric
from par_plugins.evaluation.metrics.top_k_recall_metric import TopKRecallMetric

__all__ = ['AttributeMetric', 'BalancedAccuracyMetric', 'TopKRecallMetric']
