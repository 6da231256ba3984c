# APR on toy pedestrians with identities, a narrow ResNet-18 from scratch.
#   tools/train.py configs/toy/apr_resnet18_1xb32-12e_toy-market1501-128x64.py
# 1 CPU core, 2 minutes.
_base_ = [
    '../_base_/models/resnet18_apr.py', '../_base_/datasets/toy-market1501_128x64.py',
    '../_base_/schedules/adamw_cosine.py', '../_base_/default_runtime.py',
]
model = dict(
    backbone=dict(init_cfg=None, base_channels=16, stem_channels=16),
    # The paper's dropout of 0.9 is for features that ImageNet has shaped.
    head=dict(
        in_channels=128, dropout=0.2,
        schema={{_base_.schema}}, num_identities={{_base_.num_identities}}))
train_cfg = dict(max_epochs=12)
auto_scale_lr = dict(base_batch_size=32)
default_hooks = dict(checkpoint=dict(save_best='reid/mAP'))
