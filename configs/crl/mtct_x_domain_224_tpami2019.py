# X-Domain: MTCT with cross-entropy, by the schedule of TPAMI 2019; the attributes are the table's.
#   tools/train.py configs/crl/mtct_x_domain_224_tpami2019.py
# ImageNet weights first: --cfg-options load_from=...; there are none to download. One GPU with 12 GB.
# Not run here: no expected number.
_base_ = [
    '../_base_/models/mtct.py', '../_base_/datasets/x_domain_224.py',
    '../_base_/schedules/crl_x_domain_tpami2019.py',
    '../_base_/runtime_balanced_accuracy.py',
]
train_dataloader = dict(batch_size={{_base_.auto_scale_lr.base_batch_size}})
model = dict(head=dict(schema='dataset'))
