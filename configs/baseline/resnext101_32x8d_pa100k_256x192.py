_base_ = [
    '../_base_/models/resnext101_32x8d.py', '../_base_/datasets/pa100k_256x192_erasing.py',
    '../_base_/schedules/sgd_steps_40e.py', '../_base_/runtime.py',
]
model = dict(head=dict(num_attributes={{_base_.num_attributes}}))
