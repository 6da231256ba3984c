# Over-sampling.
_base_ = 'cross-entropy_lite0-last-blocks_1xb32-300i_pa100k-128x64.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='MultiLabelOverSampler'))
