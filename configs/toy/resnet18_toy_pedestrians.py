_base_ = [
    '../_base_/models/resnet18.py', '../_base_/datasets/toy_pedestrians_128x64.py',
    '../_base_/schedules/adamw_cosine.py', '../_base_/runtime.py',
]
model = dict(
    backbone=dict(init_cfg=None),
    head=dict(num_attributes={{_base_.num_attributes}}))
train_cfg = dict(max_epochs=6)
param_scheduler = _base_.param_scheduler
param_scheduler[1].T_max = 6
