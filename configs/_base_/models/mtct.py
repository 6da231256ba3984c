# Five network-in-network units, and a branch of three fully connected layers for each attribute.
model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(
        mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True),
    backbone=dict(type='MTCTNet'),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='AttributeHead', in_channels=512, embedding_channels=[128, 64],
        losses=dict(ce=dict(type='AttributeCrossEntropyLoss'))))
