# Toy pedestrians: triplet loss and nearest neighbours.
#   tools/train.py configs/toy/triplet-knn_resnet18_1xb32-6e_toy-pedestrians-128x64.py
# 2 CPU cores, about 2 minutes.
_base_ = 'cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
model = dict(head=dict(
    type='NearestNeighbourHead',
    losses=dict(_delete_=True, triplet=dict(type='SemiHardTripletLoss'))))
default_hooks = dict(neighbours=dict(type='NearestNeighbourHook'))
