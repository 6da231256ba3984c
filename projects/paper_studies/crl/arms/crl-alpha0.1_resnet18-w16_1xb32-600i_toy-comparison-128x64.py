# Class rectification with alpha 0.1 in the comparison on toys.
#   tools/train.py projects/paper_studies/crl/arms/crl-alpha0.1_resnet18-w16_1xb32-600i_toy-comparison-128x64.py
_base_ = '../../dai/arms/cross-entropy_resnet18-w16_1xb32-600i_toy-comparison-128x64.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(type='ClassRectificationLossTPAMI2019', alpha=0.1))))
