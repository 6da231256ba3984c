# CelebA with DeepID2 from scratch: LMLE, by the schedule of TPAMI 2019.
#   tools/train.py configs/crl/lmle_deepid2_1xb256-921e_celeba-55x47.py
# One GPU with 4 GB. Not run here. Published: paper-tpami2019.yml, table 3.
_base_ = 'cross-entropy_deepid2_1xb256-921e_celeba-55x47.py'
model = dict(head=dict(
    type='NearestNeighbourHead', losses=dict(_delete_=True, lmle=dict(type='LMLELoss'))))
default_hooks = dict(
    clusters=dict(type='ClassClusterHook'),
    neighbours=dict(type='NearestNeighbourHook', cluster_size=200))
