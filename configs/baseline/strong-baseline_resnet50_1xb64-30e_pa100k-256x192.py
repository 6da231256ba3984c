# The strong baseline on PA-100K: ResNet-50, cross-entropy weighted by exp, Adam.
#   tools/train.py configs/baseline/strong-baseline_resnet50_1xb64-30e_pa100k-256x192.py
# One GPU with 8 GB. Not run here. Published for this recipe, trained on train and val: paper.yml.
_base_ = [
    '../_base_/models/resnet50.py', '../_base_/datasets/pa100k_256x192.py',
    '../_base_/schedules/adam_plateau_30e.py', '../_base_/default_runtime.py',
]
model = dict(head=dict(
    num_attributes={{_base_.num_attributes}},
    losses=dict(ce=dict(weighting='exp'))))
