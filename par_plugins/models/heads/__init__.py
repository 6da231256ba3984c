"""Logits from features."""

from par_plugins.models.heads.apr_head import APRHead
from par_plugins.models.heads.attribute_head import AttributeHead
from par_plugins.models.heads.auxiliary_class_head import (
    AuxiliaryClassHead,
    auxiliary_class_losses,
)
from par_plugins.models.heads.nearest_neighbour_head import NearestNeighbourHead

__all__ = [
    'APRHead',
    'AttributeHead',
    'AuxiliaryClassHead',
    'NearestNeighbourHead',
    'auxiliary_class_losses',
]
