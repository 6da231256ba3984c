# CelebA with DeepID2 from scratch: triplet loss and nearest neighbours, by the schedule of ICCV
# 2017.
#   tools/train.py configs/crl/triplet-knn_deepid2_1xb128-200e_celeba-55x47.py
# One GPU with 4 GB. Not run here. Published: paper-iccv2017.yml, table 2.
_base_ = 'cross-entropy_deepid2_1xb128-200e_celeba-55x47.py'
model = dict(head=dict(
    type='NearestNeighbourHead',
    losses=dict(_delete_=True, triplet=dict(type='SemiHardTripletLoss'))))
default_hooks = dict(neighbours=dict(type='NearestNeighbourHook'))
