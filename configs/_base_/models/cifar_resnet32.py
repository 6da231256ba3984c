# ResNet-32 for 32x32 images; mean and deviation of CIFAR-100's training images.
model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(
        mean=[129.304, 124.070, 112.434], std=[68.170, 65.392, 70.418], to_rgb=True),
    backbone=dict(type='CifarResNet', depth=32),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='AttributeHead', in_channels=64,
        losses=dict(ce=dict(type='AttributeCrossEntropyLoss'))))
