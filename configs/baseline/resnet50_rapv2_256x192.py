# The strong baseline on RAP v2: ResNet-50 on 256x192, cross-entropy weighted by exp, Adam.
#   tools/train.py configs/baseline/resnet50_rapv2_256x192.py
# One GPU with 8 GB. Not run here; published for this recipe, trained on train and val:
# mA 78.52, F1 78.68 (protocol rethinking).
_base_ = [
    '../_base_/models/resnet50.py', '../_base_/datasets/rapv2_256x192.py',
    '../_base_/schedules/adam_plateau_30e.py', '../_base_/runtime.py',
]
model = dict(head=dict(
    num_attributes={{_base_.num_attributes}},
    losses=dict(ce=dict(weighting='exp'))))
