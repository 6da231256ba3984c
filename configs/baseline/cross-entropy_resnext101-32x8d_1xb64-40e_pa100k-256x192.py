# DAI's other backbone and schedule on PA-100K: ResNeXt-101 32x8d, cross-entropy, SGD.
#   tools/train.py configs/baseline/cross-entropy_resnext101-32x8d_1xb64-40e_pa100k-256x192.py
# One GPU with 24 GB. Not run here.
_base_ = [
    '../_base_/models/resnext101_32x8d.py', '../_base_/datasets/pa100k-erasing_256x192.py',
    '../_base_/schedules/sgd_steps_40e.py', '../_base_/default_runtime.py',
]
model = dict(head=dict(
    num_attributes={{_base_.num_attributes}},
    losses=dict(ce=dict(reduction='mean'))))
