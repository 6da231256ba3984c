# HABP and deactivation with independent labels in the comparison of losses for hard labels on
# toys.
#   tools/train.py projects/paper_studies/habp/arms/habp-deact-independent_resnet18-w16_1xb32-300i_toy-comparison-128x64.py
_base_ = 'habp-deact_resnet18-w16_1xb32-300i_toy-comparison-128x64.py'
model = dict(head=dict(losses=dict(deact=dict(sampling='independent'))))
