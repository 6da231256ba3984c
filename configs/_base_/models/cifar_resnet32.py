# ResNet-32 for 32x32 images.
model = dict(
    type='ImageClassifier',
    backbone=dict(type='CifarResNet', depth=32),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='AttributeHead', in_channels=64,
        losses=dict(ce=dict(type='AttributeCrossEntropyLoss'))))
