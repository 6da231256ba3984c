model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='ResNet', depth=18,
        init_cfg=dict(
            type='Pretrained', prefix='backbone',
            checkpoint='https://mmassets.onedl.ai/mmclassification/v0/resnet/resnet18_8xb32_in1k_20210831-fbbb1da6.pth')),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='AttributeHead', in_channels=512,
        losses=dict(ce=dict(type='AttributeCrossEntropyLoss'))))
