# DAI on toy pedestrians with the paper's solver, Adam stopped early: no cap, no diversity.
#   tools/train.py configs/dai/resnet18_adam_toy_pedestrians.py
# 2 CPU cores, minutes. Not comparable with a run of as many epochs without DAI, see README.md.
_base_ = 'resnet18_toy_pedestrians.py'
train_dataloader = dict(sampler=dict(solver='adam', max_repeat=None))
