# HABP in the comparison of learning rates on toys.
#   tools/train.py projects/paper_studies/habp/arms/habp_resnet18-w16_1xb32-150i_toy-comparison-128x64.py
_base_ = 'cross-entropy_resnet18-w16_1xb32-150i_toy-comparison-128x64.py'
model = dict(head=dict(losses=dict(_delete_=True, habp=dict(type='HABPLoss'))))
