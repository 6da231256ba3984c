# CelebA with DeepID2 from scratch: triplet loss and nearest neighbours, by the schedule of TPAMI
# 2019.
#   tools/train.py configs/crl/triplet-knn_deepid2_1xb256-921e_celeba-55x47.py
# One GPU with 4 GB. Not run here. Published: paper-tpami2019.yml, table 3.
_base_ = 'cross-entropy_deepid2_1xb256-921e_celeba-55x47.py'
model = dict(head=dict(
    type='NearestNeighbourHead',
    losses=dict(_delete_=True, triplet=dict(type='SemiHardTripletLoss'))))
default_hooks = dict(neighbours=dict(type='NearestNeighbourHook'))
