# CelebA with DeepID2 from scratch: cross-entropy, by the schedule of ICCV 2017.
#   tools/train.py configs/crl/cross-entropy_deepid2_1xb128-200e_celeba-55x47.py
# One GPU with 4 GB. Not run here. Published: paper-iccv2017.yml, table 2.
_base_ = [
    '../_base_/models/deepid2.py', '../_base_/datasets/celeba_55x47.py',
    '../_base_/schedules/crl_celeba_iccv2017.py', '../_base_/default_runtime.py',
]
train_dataloader = dict(batch_size={{_base_.auto_scale_lr.base_batch_size}})
model = dict(head=dict(num_attributes={{_base_.num_attributes}}))
default_hooks = dict(checkpoint=dict(save_best='attribute/balanced_accuracy'))
