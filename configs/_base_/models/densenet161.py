model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='DenseNet', arch='161',
        init_cfg=dict(
            type='Pretrained', prefix='backbone',
            checkpoint='https://mmassets.onedl.ai/mmclassification/v0/densenet/densenet161_4xb256_in1k_20220426-ee6a80a9.pth')),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='AttributeHead', in_channels=2208,
        losses=dict(ce=dict(type='AttributeCrossEntropyLoss'))))
