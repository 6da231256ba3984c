# Long-tailed CIFAR-100 (gamma 1): ResNet-32 with class rectification of TPAMI 2019.
#   tools/train.py configs/crl/crl-class-relative_cifar-resnet32_1xb256-200e_cifar100lt-32x32.py
# One GPU with 4 GB. Not run here. Published: paper-tpami2019.yml, table 9.
_base_ = 'cross-entropy_cifar-resnet32_1xb256-200e_cifar100lt-32x32.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(type='ClassRectificationLossTPAMI2019', eta=0.5))))
