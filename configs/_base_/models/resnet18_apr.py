# APR on ResNet-18's pooled feature.
_base_ = 'resnet18.py'
model = dict(head=dict(
    _delete_=True, type='APRHead', in_channels=512,
    losses=dict(
        attributes=dict(type='AttributeCrossEntropyLoss', reduction='attribute_mean'))))
