# Deactivation with weight 1.0 in the comparison of losses for hard labels on toys.
#   tools/train.py projects/paper_studies/habp/arms/deact-weight1.0_resnet18-w16_1xb32-300i_toy-comparison-128x64.py
_base_ = 'deact_resnet18-w16_1xb32-300i_toy-comparison-128x64.py'
model = dict(head=dict(losses=dict(deact=dict(loss_weight=1.0))))
