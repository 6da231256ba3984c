"""Class rectification: anchors, mined samples, distances, comparisons, the loss, two presets."""

from par_plugins.models.losses.class_rectification.class_rectification_loss import (
    ClassRectificationLoss,
    class_rectification_loss,
    imbalance,
)
from par_plugins.models.losses.class_rectification.presets import PRESETS, Preset

__all__ = ['PRESETS', 'ClassRectificationLoss', 'Preset', 'class_rectification_loss', 'imbalance']
