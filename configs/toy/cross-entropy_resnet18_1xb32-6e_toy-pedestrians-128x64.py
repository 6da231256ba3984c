# Toy pedestrians, ResNet-18 from scratch: what `make demo` runs.
#   tools/train.py configs/toy/cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py
# 2 CPU cores, about 2 minutes. Test mA: README.md.
_base_ = [
    '../_base_/models/resnet18.py', '../_base_/datasets/toy-pedestrians_128x64.py',
    '../_base_/schedules/adamw_cosine.py', '../_base_/default_runtime.py',
]
model = dict(
    backbone=dict(init_cfg=None),
    head=dict(num_attributes={{_base_.num_attributes}}))
train_cfg = dict(max_epochs=6)
auto_scale_lr = dict(base_batch_size=32)
