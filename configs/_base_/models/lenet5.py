# LeNet-5 with ReLU, for 28x28 grey images.
model = dict(
    type='ImageClassifier',
    backbone=dict(type='ReLULeNet'),
    head=dict(
        type='AttributeHead', in_channels=84,
        losses=dict(ce=dict(type='AttributeCrossEntropyLoss'))))
