# Toy pedestrians: cross-entropy weighted by exp.
#   tools/train.py configs/toy/weighted_resnet18_1xb32-6e_toy-pedestrians-128x64.py
# 2 CPU cores, about 2 minutes.
_base_ = 'cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
model = dict(head=dict(losses=dict(ce=dict(weighting='exp'))))
