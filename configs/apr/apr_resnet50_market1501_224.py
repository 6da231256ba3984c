# APR on Market-1501: identity and 12 attributes, ResNet-50, SGD.
#   tools/train.py configs/apr/apr_resnet50_market1501_224.py --test last
# One GPU with 8 GB. Not run here; published, 651 identities: rank-1 82.98, mAP 61.98; 751: 84.29,
# 64.67; mean accuracy of the attributes 88.16.
_base_ = [
    '../_base_/models/resnet50_apr.py', '../_base_/datasets/market1501_224.py',
    '../_base_/schedules/sgd_apr_55e.py', '../_base_/runtime.py',
]
model = dict(head=dict(schema={{_base_.schema}}, num_identities={{_base_.num_identities}}))
default_hooks = dict(checkpoint=dict(save_best='reid/trapezoid/mAP'))
