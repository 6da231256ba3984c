# APR on ResNet-50's pooled feature.
_base_ = 'resnet50.py'
model = dict(head=dict(
    _delete_=True, type='APRHead', in_channels=2048,
    losses=dict(
        attributes=dict(type='AttributeCrossEntropyLoss', reduction='attribute_mean'))))
