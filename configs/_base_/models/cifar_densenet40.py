# DenseNet with 40 layers and growth rate 12 for 32x32 images.
_base_ = 'cifar_resnet32.py'
model = dict(
    backbone=dict(_delete_=True, type='CifarDenseNet', depth=40, growth_rate=12),
    head=dict(in_channels=448))
