# APR on toy pedestrians with identities, ResNet-18 from scratch.
#   tools/train.py configs/apr/apr_resnet18_toy_market1501_128x64.py
# Made for 2 CPU cores. Not run here yet: no expected number.
_base_ = [
    '../_base_/models/resnet18_apr.py', '../_base_/datasets/toy_market1501_128x64.py',
    '../_base_/schedules/adamw_cosine.py', '../_base_/runtime.py',
]
model = dict(
    backbone=dict(init_cfg=None),
    head=dict(schema={{_base_.schema}}, num_identities={{_base_.num_identities}}))
train_cfg = dict(max_epochs=15)
param_scheduler = _base_.param_scheduler
param_scheduler[1].T_max = 15
default_hooks = dict(checkpoint=dict(save_best='reid/mAP'))
