# OHEM in the comparison of losses for hard labels on toys.
#   tools/train.py projects/paper_studies/habp/arms/ohem_resnet18-w16_1xb32-300i_toy-comparison-128x64.py
_base_ = 'cross-entropy_resnet18-w16_1xb32-300i_toy-comparison-128x64.py'
model = dict(head=dict(losses=dict(_delete_=True, ohem=dict(type='OHEMLoss'))))
