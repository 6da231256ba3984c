# APR on AlexNet's FC7, in place of CaffeNet's.
model = dict(
    type='ImageClassifier',
    backbone=dict(
        type='AlexNetFC7',
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.pytorch.org/models/alexnet-owt-7be5be79.pth')),
    head=dict(
        type='APRHead', in_channels=4096,
        losses=dict(
            attributes=dict(type='AttributeCrossEntropyLoss', reduction='attribute_mean'))))
