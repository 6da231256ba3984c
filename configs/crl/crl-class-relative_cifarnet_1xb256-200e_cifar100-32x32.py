# CIFAR-100: CifarNet with class rectification of TPAMI 2019.
#   tools/train.py configs/crl/crl-class-relative_cifarnet_1xb256-200e_cifar100-32x32.py
# One GPU with 4 GB. Not run here. Published: paper-tpami2019.yml, table 8.
_base_ = 'cross-entropy_cifarnet_1xb256-200e_cifar100-32x32.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(type='ClassRectificationLossTPAMI2019', alpha=0.5))))
