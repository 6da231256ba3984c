# CIFAR-100: CifarNet with cross-entropy.
#   tools/train.py configs/crl/cross-entropy_cifarnet_1xb256-200e_cifar100-32x32.py
# One GPU with 4 GB. Not run here. Published: paper-tpami2019.yml, table 8.
_base_ = [
    '../_base_/models/cifar_net.py', '../_base_/datasets/cifar100_32x32.py',
    '../_base_/schedules/crl_cifar100_tpami2019.py', '../_base_/default_runtime.py',
]
train_dataloader = dict(batch_size={{_base_.auto_scale_lr.base_batch_size}})
model = dict(head=dict(schema={{_base_.schema}}))
default_hooks = dict(checkpoint=dict(save_best='attribute/balanced_accuracy'))
