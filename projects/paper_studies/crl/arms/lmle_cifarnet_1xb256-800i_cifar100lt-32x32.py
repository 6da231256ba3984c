# LMLE (its cluster size and neighbours are this project's, and not tuned) in the comparison on
# long-tailed CIFAR-100.
#   tools/train.py projects/paper_studies/crl/arms/lmle_cifarnet_1xb256-800i_cifar100lt-32x32.py
_base_ = 'cross-entropy_cifarnet_1xb256-800i_cifar100lt-32x32.py'
model = dict(head=dict(
    type='NearestNeighbourHead', num_neighbours=1,
    losses=dict(_delete_=True, lmle=dict(type='LMLELoss'))))
train_cfg = dict(val_interval=800)
default_hooks = dict(
    clusters=dict(type='ClassClusterHook', interval=200, cluster_size=20),
    neighbours=dict(type='NearestNeighbourHook', cluster_size=20))
