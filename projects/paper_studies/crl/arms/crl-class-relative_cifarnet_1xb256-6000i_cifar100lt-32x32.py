# The best design of TPAMI 2019 with the published eta.
_base_ = 'cross-entropy_cifarnet_1xb256-6000i_cifar100lt-32x32.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(type='ClassRectificationLossTPAMI2019'))))
