_base_ = [
    '../_base_/models/resnet18.py', '../_base_/datasets/toy_pedestrians_128x64.py',
    '../_base_/schedules/adamw_cosine.py', '../_base_/runtime.py',
]
model = dict(
    backbone=dict(init_cfg=None),
    head=dict(num_attributes={{_base_.num_attributes}}))
