"""Registered metrics: they gather predictions, call ``evaluation.functional`` and name results."""

from par_plugins.evaluation.metrics.attribute_metric import AttributeMetric
from par_plugins.evaluation.metrics.balanced_accuracy_metric import BalancedAccuracyMetric

__all__ = ['AttributeMetric', 'BalancedAccuracyMetric']
