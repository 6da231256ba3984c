# Toy pedestrians: down-sampling.
#   tools/train.py configs/toy/down-sampling_resnet18_1xb32-6e_toy-pedestrians-128x64.py
# 2 CPU cores, about 2 minutes.
_base_ = 'cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='MultiLabelDownSampler'))
