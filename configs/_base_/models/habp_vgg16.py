# VGG-16 with two convolutions in place of its fully connected layers, dropout in the head.
model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='HABPVGG',
        init_cfg=dict(
            type='Pretrained', prefix='backbone',
            checkpoint='https://mmassets.onedl.ai/mmclassification/v0/vgg/vgg16_batch256_imagenet_20210208-db26f1a5.pth')),
    head=dict(
        type='AttributeHead', in_channels=4096, dropout=0.5,
        losses=dict(ce=dict(type='AttributeCrossEntropyLoss', reduction='mean'))))
