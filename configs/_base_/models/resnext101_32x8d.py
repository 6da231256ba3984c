model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='ResNeXt', depth=101, groups=32, width_per_group=8,
        init_cfg=dict(
            type='Pretrained', prefix='backbone',
            checkpoint='https://mmassets.onedl.ai/mmclassification/v0/resnext/resnext101_32x8d_b32x8_imagenet_20210506-23a247d5.pth')),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='AttributeHead', in_channels=2048,
        losses=dict(ce=dict(type='AttributeCrossEntropyLoss'))))
