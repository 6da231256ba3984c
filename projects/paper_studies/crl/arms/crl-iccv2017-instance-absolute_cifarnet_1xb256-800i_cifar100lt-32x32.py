# Class rectification of ICCV 2017 at instance level, absolute, on long-tailed CIFAR-100.
_base_ = 'cross-entropy_cifarnet_1xb256-800i_cifar100lt-32x32.py'
model = dict(head=dict(losses=dict(_delete_=True, crl=dict(
    type='ClassRectificationLossICCV2017', miner='InstanceMiner', comparison='AbsoluteComparison'))))
