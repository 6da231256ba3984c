_base_ = [
    '../_base_/models/resnet18.py', '../_base_/datasets/pa100k_128x64.py',
    '../_base_/schedules/adamw_cosine.py', '../_base_/runtime.py',
]
model = dict(head=dict(num_attributes={{_base_.num_attributes}}))
