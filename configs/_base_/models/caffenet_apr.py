# APR on AlexNet's FC7, in place of CaffeNet's.
model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(
        mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True),
    backbone=dict(
        type='AlexNetFC7',
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.pytorch.org/models/alexnet-owt-7be5be79.pth')),
    head=dict(
        type='APRHead', in_channels=4096,
        losses=dict(
            attributes=dict(type='AttributeCrossEntropyLoss', reduction='attribute_mean'))))
