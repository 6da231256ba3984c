# DAI on toy pedestrians with the exact solver: the draws, then the whole set, in each epoch.
#   tools/train.py configs/dai/resnet18_toy_pedestrians.py
# 2 CPU cores, minutes. An epoch is 1.4 times as long as without DAI: README.md beside this file
# compares methods at the same number of steps.
_base_ = '../toy/resnet18_toy_pedestrians.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='DAISampler'))
