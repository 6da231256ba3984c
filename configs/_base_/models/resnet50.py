model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='ResNet', depth=50,
        init_cfg=dict(
            type='Pretrained', prefix='backbone',
            checkpoint='https://mmassets.onedl.ai/mmclassification/v0/resnet/resnet50_8xb32_in1k_20210831-ea4938fc.pth')),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='AttributeHead', in_channels=2048,
        losses=dict(ce=dict(type='AttributeCrossEntropyLoss'))))
