# DAI's backbone and schedule on PA-100K without re-sampling: DenseNet-161, cross-entropy, SGD.
#   tools/train.py configs/baseline/cross-entropy_densenet161_1xb64-40e_pa100k-256x192.py
# One GPU with 16 GB. Not run here. Published: ../dai/paper.yml, table 1.
_base_ = [
    '../_base_/models/densenet161.py', '../_base_/datasets/pa100k-erasing_256x192.py',
    '../_base_/schedules/sgd_steps_40e.py', '../_base_/default_runtime.py',
]
model = dict(head=dict(
    num_attributes={{_base_.num_attributes}},
    losses=dict(ce=dict(reduction='mean'))))
