# LeNet-5 with ReLU, for 28x28 grey images.
model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(mean=[127.5], std=[127.5]),
    backbone=dict(type='ReLULeNet'),
    head=dict(
        type='AttributeHead', in_channels=84,
        losses=dict(ce=dict(type='AttributeCrossEntropyLoss'))))
