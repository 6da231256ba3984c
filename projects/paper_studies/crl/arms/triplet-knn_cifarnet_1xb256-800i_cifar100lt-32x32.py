# Triplet loss and nearest neighbours in the comparison on long-tailed CIFAR-100.
#   tools/train.py projects/paper_studies/crl/arms/triplet-knn_cifarnet_1xb256-800i_cifar100lt-32x32.py
_base_ = 'cross-entropy_cifarnet_1xb256-800i_cifar100lt-32x32.py'
model = dict(head=dict(
    type='NearestNeighbourHead', num_neighbours=5,
    losses=dict(_delete_=True, triplet=dict(type='SemiHardTripletLoss'))))
train_cfg = dict(val_interval=800)
default_hooks = dict(neighbours=dict(type='NearestNeighbourHook'))
