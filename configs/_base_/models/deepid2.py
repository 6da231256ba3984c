# DeepID2's network from scratch, with an embedding of 64 for each attribute.
model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(mean=[127.5] * 3, std=[127.5] * 3, to_rgb=True),
    backbone=dict(type='DeepID2Net', input_size=(55, 47)),
    head=dict(
        type='AttributeHead', in_channels=160, embedding_channels=64,
        losses=dict(ce=dict(type='AttributeCrossEntropyLoss'))))
