# The balanced twin, the ceiling of the comparison on long-tailed CIFAR-100.
#   tools/train.py projects/paper_studies/crl/arms/cross-entropy_cifarnet_1xb256-800i_cifar100bln-32x32.py
_base_ = 'cross-entropy_cifarnet_1xb256-800i_cifar100lt-32x32.py'
train_dataloader = dict(dataset=dict(balanced=True))
val_dataloader = dict(dataset=dict(balanced=True))
