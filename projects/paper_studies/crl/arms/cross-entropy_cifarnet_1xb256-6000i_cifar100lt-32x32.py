# 6,000 steps, the paper's 200 epochs: the baseline; its rate by held-out images, as those of others.
#   tools/train.py projects/paper_studies/crl/arms/cross-entropy_cifarnet_1xb256-6000i_cifar100lt-32x32.py
_base_ = 'cross-entropy_cifarnet_1xb256-800i_cifar100lt-32x32.py'
train_cfg = dict(max_iters=6000, val_interval=1200)
default_hooks = dict(checkpoint=dict(interval=600, max_keep_ckpts=2))
