# CIFAR-100 as it is, 490 training and 10 validation images a class.
_base_ = 'cifar100lt_32x32.py'
train_dataloader = dict(dataset=dict(gamma=None, num_val=10))
val_dataloader = dict(dataset=dict(gamma=None, num_val=10))
