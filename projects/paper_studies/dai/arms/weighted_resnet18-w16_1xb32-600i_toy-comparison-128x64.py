# Cross-entropy weighted by exp in the comparison on toys.
#   tools/train.py projects/paper_studies/dai/arms/weighted_resnet18-w16_1xb32-600i_toy-comparison-128x64.py
_base_ = 'cross-entropy_resnet18-w16_1xb32-600i_toy-comparison-128x64.py'
model = dict(head=dict(losses=dict(ce=dict(weighting='exp'))))
