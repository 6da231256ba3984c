"""Losses on attributes, one file per loss: pure function above, registered module below."""

from par_plugins.models.losses.attribute_cross_entropy import (
    AttributeCrossEntropyLoss,
    attribute_cross_entropy,
)
from par_plugins.models.losses.attribute_focal_loss import AttributeFocalLoss, attribute_focal_loss
from par_plugins.models.losses.attribute_loss import AttributeLoss
from par_plugins.models.losses.class_rectification import (
    ClassRectificationLoss,
    ClassRectificationLossICCV2017,
    ClassRectificationLossTPAMI2019,
)
from par_plugins.models.losses.deactivation_loss import DeactivationLoss, deactivation_loss
from par_plugins.models.losses.embedding_loss import EmbeddingLoss
from par_plugins.models.losses.habp_loss import HABPLoss, habp_loss
from par_plugins.models.losses.lmle_loss import LMLELoss, lmle_loss
from par_plugins.models.losses.loss_inputs import LossInputs
from par_plugins.models.losses.ohem_loss import OHEMLoss, ohem_loss
from par_plugins.models.losses.reduction import reduce_labels
from par_plugins.models.losses.semi_hard_triplet_loss import (
    SemiHardTripletLoss,
    semi_hard_triplet_loss,
)
from par_plugins.models.losses.weighting import value_weights

__all__ = [
    'AttributeCrossEntropyLoss',
    'AttributeFocalLoss',
    'AttributeLoss',
    'ClassRectificationLoss',
    'ClassRectificationLossICCV2017',
    'ClassRectificationLossTPAMI2019',
    'DeactivationLoss',
    'EmbeddingLoss',
    'HABPLoss',
    'LMLELoss',
    'LossInputs',
    'OHEMLoss',
    'SemiHardTripletLoss',
    'attribute_cross_entropy',
    'attribute_focal_loss',
    'deactivation_loss',
    'habp_loss',
    'lmle_loss',
    'ohem_loss',
    'reduce_labels',
    'semi_hard_triplet_loss',
    'value_weights',
]
