# Toy pedestrians: focal loss, summed over attributes as cross-entropy is.
#   tools/train.py configs/toy/focal_resnet18_1xb32-6e_toy-pedestrians-128x64.py
# 2 CPU cores, about 2 minutes.
_base_ = 'cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
model = dict(head=dict(losses=dict(
    _delete_=True, focal=dict(type='AttributeFocalLoss', reduction='image_mean'))))
