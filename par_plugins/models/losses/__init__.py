"""Losses on attributes, one file per loss: pure function above, registered module below."""

from par_plugins.models.losses.attribute_cross_entropy import (
    AttributeCrossEntropyLoss,
    attribute_cross_entropy,
    value_weights,
)
from par_plugins.models.losses.attribute_loss import AttributeLoss
from par_plugins.models.losses.loss_inputs import LossInputs
from par_plugins.models.losses.reduction import reduce_labels

__all__ = [
    'AttributeCrossEntropyLoss',
    'AttributeLoss',
    'LossInputs',
    'attribute_cross_entropy',
    'reduce_labels',
    'value_weights',
]
