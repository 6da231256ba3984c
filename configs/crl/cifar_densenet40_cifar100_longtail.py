# CIFAR-100 with a long tail (gamma 1): DenseNet with cross-entropy.
#   tools/train.py configs/crl/cifar_densenet40_cifar100_longtail.py
# One GPU with 4 GB. Not run here: no expected number.
_base_ = [
    '../_base_/models/cifar_densenet40.py', '../_base_/datasets/cifar100_longtail_32x32.py',
    '../_base_/schedules/crl_cifar100_tpami2019.py',
    '../_base_/runtime_balanced_accuracy.py',
]
train_dataloader = dict(batch_size={{_base_.auto_scale_lr.base_batch_size}})
model = dict(head=dict(schema={{_base_.schema}}))
