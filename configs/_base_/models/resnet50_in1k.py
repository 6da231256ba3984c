# ImageNet's ResNet-50 with its normalisation: an extractor of features for FID.
_base_ = 'resnet50.py'
data_preprocessor = dict(
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True)
