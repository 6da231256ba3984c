# APR on DukeMTMC-reID: identity and 10 attributes, ResNet-50, SGD.
#   tools/train.py configs/apr/apr_resnet50_duke_224.py --test last
# One GPU with 8 GB. Not run here; published, all 702 identities: rank-1 70.69, mAP 51.88; mean
# accuracy of the attributes 86.42.
_base_ = [
    '../_base_/models/resnet50_apr.py', '../_base_/datasets/duke_mtmc_reid_224.py',
    '../_base_/schedules/sgd_apr_55e.py', '../_base_/runtime.py',
]
model = dict(head=dict(schema={{_base_.schema}}, num_identities={{_base_.num_identities}}))
default_hooks = dict(checkpoint=dict(save_best='reid/trapezoid/mAP'))
