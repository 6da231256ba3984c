# APR on Market-1501 with CaffeNet, of which upstream's AlexNet takes the place.
#   tools/train.py configs/apr/apr_caffenet_market1501_227.py --test last
# One GPU with 8 GB. Not run here; published for CaffeNet, 651 identities: rank-1 57.54, mAP 32.85.
_base_ = [
    '../_base_/models/caffenet_apr.py', '../_base_/datasets/market1501_227.py',
    '../_base_/schedules/sgd_apr_55e.py', '../_base_/runtime.py',
]
model = dict(head=dict(schema={{_base_.schema}}, num_identities={{_base_.num_identities}}))
optim_wrapper = dict(optimizer=dict(lr=0.1))
param_scheduler = dict(milestones=[100])
train_cfg = dict(max_epochs=110)
auto_scale_lr = dict(base_batch_size=128)
default_hooks = dict(checkpoint=dict(save_best='reid/trapezoid/mAP'))
