"""Class rectification: anchors, miners, distances, comparisons, the loss, two presets."""

from par_plugins.models.losses.class_rectification.class_rectification_loss import (
    ClassRectificationLoss,
    imbalance,
)
from par_plugins.models.losses.class_rectification.presets import (
    ClassRectificationLossICCV2017,
    ClassRectificationLossTPAMI2019,
)

__all__ = [
    'ClassRectificationLoss',
    'ClassRectificationLossICCV2017',
    'ClassRectificationLossTPAMI2019',
    'imbalance',
]
