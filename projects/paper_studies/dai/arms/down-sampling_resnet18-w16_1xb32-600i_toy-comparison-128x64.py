# Down-sampling in the comparison on toys.
#   tools/train.py projects/paper_studies/dai/arms/down-sampling_resnet18-w16_1xb32-600i_toy-comparison-128x64.py
_base_ = 'cross-entropy_resnet18-w16_1xb32-600i_toy-comparison-128x64.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='MultiLabelDownSampler'))
