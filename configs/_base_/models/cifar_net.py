# CifarNet, cuda-convnet's "quick", for 32x32 images.
_base_ = 'cifar_resnet32.py'
model = dict(
    backbone=dict(_delete_=True, type='CifarNet'),
    neck=None,
    head=dict(in_channels=64))
