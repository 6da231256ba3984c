_base_ = [
    '../_base_/models/resnet50.py', '../_base_/datasets/pa100k_256x192.py',
    '../_base_/schedules/adam_plateau_30e.py', '../_base_/runtime.py',
]
model = dict(head=dict(
    num_attributes={{_base_.num_attributes}},
    losses=dict(ce=dict(type='AttributeCrossEntropyLoss', weighting='exp'))))
