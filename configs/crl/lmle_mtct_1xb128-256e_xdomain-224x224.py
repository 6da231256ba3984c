# X-Domain with MTCT: LMLE, by the schedule of TPAMI 2019.
#   tools/train.py configs/crl/lmle_mtct_1xb128-256e_xdomain-224x224.py
# One GPU with 12 GB. Not run here. Published: paper-tpami2019.yml, table 5.
_base_ = 'cross-entropy_mtct_1xb128-256e_xdomain-224x224.py'
model = dict(head=dict(
    type='NearestNeighbourHead', losses=dict(_delete_=True, lmle=dict(type='LMLELoss'))))
default_hooks = dict(
    clusters=dict(type='ClassClusterHook'),
    neighbours=dict(type='NearestNeighbourHook', cluster_size=200))
