"""What a prediction is worth: pure functions on arrays, and the metrics that call them."""

from par_plugins.evaluation.metrics import (
    AttributeMetric,
    BalancedAccuracyMetric,
    TopKRecallMetric,
)

__all__ = ['AttributeMetric', 'BalancedAccuracyMetric', 'TopKRecallMetric']
