# Down-sampling in the comparison on long-tailed CIFAR-100.
#   tools/train.py projects/paper_studies/crl/arms/down-sampling_cifarnet_1xb256-800i_cifar100lt-32x32.py
_base_ = 'cross-entropy_cifarnet_1xb256-800i_cifar100lt-32x32.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='MultiLabelDownSampler'))
