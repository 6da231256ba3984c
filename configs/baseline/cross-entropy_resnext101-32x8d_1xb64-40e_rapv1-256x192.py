# DAI's backbone and schedule on RAP v1 without re-sampling: ResNeXt-101 32x8d, cross-entropy, SGD.
#   tools/train.py configs/baseline/cross-entropy_resnext101-32x8d_1xb64-40e_rapv1-256x192.py
# One GPU with 24 GB. Not run here. Published: ../dai/paper.yml, table 3.
_base_ = [
    '../_base_/models/resnext101_32x8d.py', '../_base_/datasets/rapv1-erasing_256x192.py',
    '../_base_/schedules/sgd_steps_40e.py', '../_base_/default_runtime.py',
]
model = dict(head=dict(
    num_attributes={{_base_.num_attributes}},
    losses=dict(ce=dict(reduction='mean'))))
