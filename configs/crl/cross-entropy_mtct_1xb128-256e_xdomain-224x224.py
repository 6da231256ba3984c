# X-Domain with MTCT: cross-entropy, by the schedule of TPAMI 2019.
#   tools/train.py configs/crl/cross-entropy_mtct_1xb128-256e_xdomain-224x224.py
# One GPU with 12 GB. ImageNet weights first: --cfg-options load_from=...; there are none to
# download. Not run here. Published: paper-tpami2019.yml, table 5.
_base_ = [
    '../_base_/models/mtct.py', '../_base_/datasets/xdomain_224x224.py',
    '../_base_/schedules/crl_x_domain_tpami2019.py', '../_base_/default_runtime.py',
]
train_dataloader = dict(batch_size={{_base_.auto_scale_lr.base_batch_size}})
model = dict(head=dict(schema='dataset'))
default_hooks = dict(checkpoint=dict(save_best='attribute/balanced_accuracy'))
