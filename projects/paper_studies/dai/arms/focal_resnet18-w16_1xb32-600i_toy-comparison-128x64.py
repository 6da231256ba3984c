# Focal loss in the comparison on toys.
#   tools/train.py projects/paper_studies/dai/arms/focal_resnet18-w16_1xb32-600i_toy-comparison-128x64.py
_base_ = 'cross-entropy_resnet18-w16_1xb32-600i_toy-comparison-128x64.py'
model = dict(head=dict(losses=dict(
    _delete_=True, focal=dict(type='AttributeFocalLoss', reduction='image_mean'))))
