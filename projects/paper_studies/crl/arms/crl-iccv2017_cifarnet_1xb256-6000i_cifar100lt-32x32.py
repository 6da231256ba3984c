# The best design of ICCV 2017, on features of any length: it ends with all images in one class.
_base_ = 'cross-entropy_cifarnet_1xb256-6000i_cifar100lt-32x32.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(type='ClassRectificationLossICCV2017', miner='InstanceMiner'))))
optim_wrapper = dict(optimizer=dict(lr=0.025))
