"""What a prediction is worth: pure functions on arrays, and the metrics that call them."""

from par_plugins.evaluation.metrics import (
    AttributeAccuracyMetric,
    AttributeMetric,
    BalancedAccuracyMetric,
    FIDMetric,
    OperatingPointMetric,
    ReIDMetric,
    TopKRecallMetric,
)

__all__ = [
    'AttributeAccuracyMetric',
    'AttributeMetric',
    'BalancedAccuracyMetric',
    'FIDMetric',
    'OperatingPointMetric',
    'ReIDMetric',
    'TopKRecallMetric',
]
