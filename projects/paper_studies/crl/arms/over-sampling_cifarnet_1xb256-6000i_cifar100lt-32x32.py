# Over-sampling to equal classes: the rarest has 25 times fewer images, more than the default's cap.
_base_ = 'cross-entropy_cifarnet_1xb256-6000i_cifar100lt-32x32.py'
train_dataloader = dict(
    sampler=dict(_delete_=True, type='MultiLabelOverSampler', max_repeat=25))
optim_wrapper = dict(optimizer=dict(lr=0.1))
