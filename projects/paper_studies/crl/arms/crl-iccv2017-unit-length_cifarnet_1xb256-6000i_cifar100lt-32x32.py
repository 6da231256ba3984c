# The best design of ICCV 2017 on features of length 1, which is this project's change.
_base_ = 'cross-entropy_cifarnet_1xb256-6000i_cifar100lt-32x32.py'
model = dict(head=dict(losses=dict(_delete_=True, crl=dict(
    type='ClassRectificationLoss', miner=dict(type='InstanceMiner', misclassified=True),
    distance=dict(type='FeatureDistance', normalize=True), strict=True, pooled=True))))
optim_wrapper = dict(optimizer=dict(lr=0.025))
