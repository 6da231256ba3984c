# The balanced twin of the long-tailed set: as many images, the same number of each class.
_base_ = 'cifar100lt_32x32.py'
train_dataloader = dict(dataset=dict(balanced=True))
val_dataloader = dict(dataset=dict(balanced=True))
