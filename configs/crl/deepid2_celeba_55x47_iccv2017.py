# CelebA: DeepID2 from scratch with cross-entropy, by the schedule of ICCV 2017.
#   tools/train.py configs/crl/deepid2_celeba_55x47_iccv2017.py
# One GPU with 4 GB. Not run here: no expected number.
_base_ = [
    '../_base_/models/deepid2.py', '../_base_/datasets/celeba_55x47.py',
    '../_base_/schedules/crl_celeba_iccv2017.py',
    '../_base_/runtime_balanced_accuracy.py',
]
train_dataloader = dict(batch_size={{_base_.auto_scale_lr.base_batch_size}})
model = dict(head=dict(num_attributes={{_base_.num_attributes}}))
