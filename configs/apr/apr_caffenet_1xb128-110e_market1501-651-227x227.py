# APR on Market-1501, 651 training identities, with CaffeNet, of which upstream's AlexNet takes the
# place.
#   tools/train.py configs/apr/apr_caffenet_1xb128-110e_market1501-651-227x227.py
# One GPU with 8 GB. The last weights are tested: --test last. Not run here. Published: paper.yml,
# table 1.
_base_ = [
    '../_base_/models/caffenet_apr.py', '../_base_/datasets/market1501-651_227x227.py',
    '../_base_/schedules/sgd_apr_55e.py', '../_base_/default_runtime.py',
]
model = dict(head=dict(schema={{_base_.schema}}, num_identities={{_base_.num_identities}}))
# A tenth of the printed rate: at 0.1 and lambda 8 the identity's loss is NaN at step 8 from random
# weights (6.5, ..., 16, 2e4, 9e24), at 0.01 it stays where it starts. Warm-up would end at 0.1 too.
optim_wrapper = dict(optimizer=dict(lr=0.01))
param_scheduler = dict(milestones=[100])
train_cfg = dict(max_epochs=110)
auto_scale_lr = dict(base_batch_size=128)
default_hooks = dict(checkpoint=dict(save_best='reid/trapezoid/mAP'))
