# Class rectification at class level, absolute, alpha 0.1, in the comparison on long-tailed
# CIFAR-100.
#   tools/train.py projects/paper_studies/crl/arms/crl-class-absolute_cifarnet_1xb256-800i_cifar100lt-32x32.py
_base_ = 'cross-entropy_cifarnet_1xb256-800i_cifar100lt-32x32.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(
        type='ClassRectificationLossTPAMI2019',
        comparison='AbsoluteComparison', alpha=0.1))))
