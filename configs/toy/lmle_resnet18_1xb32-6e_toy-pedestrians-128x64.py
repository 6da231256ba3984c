# Toy pedestrians: LMLE.
#   tools/train.py configs/toy/lmle_resnet18_1xb32-6e_toy-pedestrians-128x64.py
# 2 CPU cores, about 2 minutes.
_base_ = 'cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
model = dict(head=dict(
    type='NearestNeighbourHead', losses=dict(_delete_=True, lmle=dict(type='LMLELoss'))))
default_hooks = dict(
    clusters=dict(type='ClassClusterHook', interval=100, cluster_size=20),
    neighbours=dict(type='NearestNeighbourHook', cluster_size=20))
