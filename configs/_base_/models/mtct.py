# Five network-in-network units, and a branch of three fully connected layers for each attribute.
model = dict(
    type='ImageClassifier',
    backbone=dict(type='MTCTNet'),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='AttributeHead', in_channels=512, embedding_channels=[128, 64],
        losses=dict(ce=dict(type='AttributeCrossEntropyLoss'))))
