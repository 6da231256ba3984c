# CelebA with DeepID2 from scratch: LMLE, by the schedule of ICCV 2017.
#   tools/train.py configs/crl/lmle_deepid2_1xb128-200e_celeba-55x47.py
# One GPU with 4 GB. Not run here. Published: paper-iccv2017.yml, table 2.
_base_ = 'cross-entropy_deepid2_1xb128-200e_celeba-55x47.py'
model = dict(head=dict(
    type='NearestNeighbourHead', losses=dict(_delete_=True, lmle=dict(type='LMLELoss'))))
default_hooks = dict(
    clusters=dict(type='ClassClusterHook'),
    neighbours=dict(type='NearestNeighbourHook', cluster_size=200))
