# Class rectification at instance level, relative, alpha 0.1, in the comparison on long-tailed
# CIFAR-100.
#   tools/train.py projects/paper_studies/crl/arms/crl-instance-relative_cifarnet_1xb256-800i_cifar100lt-32x32.py
_base_ = 'cross-entropy_cifarnet_1xb256-800i_cifar100lt-32x32.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(
        type='ClassRectificationLossTPAMI2019',
        miner='InstanceMiner', alpha=0.1))))
