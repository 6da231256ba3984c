"""Networks that upstream lacks."""

from par_plugins.models.backbones.alexnet_fc7 import AlexNetFC7
from par_plugins.models.backbones.cifar_densenet import CifarDenseNet
from par_plugins.models.backbones.cifar_net import CifarNet
from par_plugins.models.backbones.cifar_resnet import CifarResNet
from par_plugins.models.backbones.deepid2_net import DeepID2Net
from par_plugins.models.backbones.frozen_timm_backbone import FrozenTIMMBackbone
from par_plugins.models.backbones.habp_vgg import HABPVGG
from par_plugins.models.backbones.mtct_net import MTCTNet
from par_plugins.models.backbones.relu_lenet import ReLULeNet
from par_plugins.models.backbones.se_densenet import SEDenseNet

__all__ = [
    'HABPVGG',
    'AlexNetFC7',
    'CifarDenseNet',
    'CifarNet',
    'CifarResNet',
    'DeepID2Net',
    'FrozenTIMMBackbone',
    'MTCTNet',
    'ReLULeNet',
    'SEDenseNet',
]
