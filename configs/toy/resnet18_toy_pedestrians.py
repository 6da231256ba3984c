# Toy pedestrians, ResNet-18 from scratch: what `make demo` runs.
#   tools/train.py configs/toy/resnet18_toy_pedestrians.py
# 2 CPU cores, about 2 minutes. Test mA 73.8 +- 0.4 (seeds 0, 1, 2).
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
