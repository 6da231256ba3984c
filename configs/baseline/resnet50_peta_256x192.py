# The strong baseline on PETA: ResNet-50 on 256x192, cross-entropy weighted by exp, Adam.
#   tools/train.py configs/baseline/resnet50_peta_256x192.py
# One GPU with 8 GB. Not run here; published for this recipe, trained on train and val:
# mA 83.96, F1 86.35 (protocol rethinking).
_base_ = [
    '../_base_/models/resnet50.py', '../_base_/datasets/peta_256x192.py',
    '../_base_/schedules/adam_plateau_30e.py', '../_base_/runtime.py',
]
model = dict(head=dict(
    num_attributes={{_base_.num_attributes}},
    losses=dict(ce=dict(weighting='exp'))))
