# The strong baseline: ResNet-50 on 256x192, cross-entropy weighted by exp, Adam.
#   tools/train.py configs/baseline/resnet50_pa100k_256x192.py
# One GPU with 8 GB. Not run here at full size; published for this recipe, trained on train and val:
# mA 80.21, F1 87.40 (protocol rethinking).
_base_ = [
    '../_base_/models/resnet50.py', '../_base_/datasets/pa100k_256x192.py',
    '../_base_/schedules/adam_plateau_30e.py', '../_base_/runtime.py',
]
model = dict(head=dict(
    num_attributes={{_base_.num_attributes}},
    losses=dict(ce=dict(weighting='exp'))))
