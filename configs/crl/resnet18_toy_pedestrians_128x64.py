# Toy pedestrians: ResNet-18 from scratch with CRL (TPAMI 2019, class-level mining, relative).
#   tools/train.py configs/crl/resnet18_toy_pedestrians_128x64.py
# 2 CPU cores, about 2 minutes. Not run here: no expected number.
_base_ = [
    '../_base_/models/resnet18.py', '../_base_/datasets/toy_pedestrians_128x64.py',
    '../_base_/schedules/adamw_cosine.py', '../_base_/runtime.py',
]
model = dict(
    backbone=dict(init_cfg=None),
    head=dict(
        num_attributes={{_base_.num_attributes}},
        losses=dict(_delete_=True, crl=dict(type='ClassRectificationLoss'))))
train_cfg = dict(max_epochs=6)
param_scheduler = _base_.param_scheduler
param_scheduler[1].T_max = 6
