# CelebA with DeepID2 from scratch: cross-entropy, by the schedule of TPAMI 2019.
#   tools/train.py configs/crl/cross-entropy_deepid2_1xb256-921e_celeba-55x47.py
# One GPU with 4 GB. Not run here. Published: paper-tpami2019.yml, table 3.
_base_ = [
    '../_base_/models/deepid2.py', '../_base_/datasets/celeba_55x47.py',
    '../_base_/schedules/crl_celeba_tpami2019.py', '../_base_/default_runtime.py',
]
train_dataloader = dict(batch_size={{_base_.auto_scale_lr.base_batch_size}})
model = dict(head=dict(num_attributes={{_base_.num_attributes}}))
default_hooks = dict(checkpoint=dict(save_best='attribute/balanced_accuracy'))
