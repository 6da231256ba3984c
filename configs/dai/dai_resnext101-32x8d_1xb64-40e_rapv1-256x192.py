# DAI on RAP v1: the paper's share of draws, 14,038 of 33,268, and then all training images in each
# epoch.
#   tools/train.py configs/dai/dai_resnext101-32x8d_1xb64-40e_rapv1-256x192.py
# One GPU with 24 GB. Not run here. Published: paper.yml, table 3.
_base_ = '../baseline/cross-entropy_resnext101-32x8d_1xb64-40e_rapv1-256x192.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='DAISampler', size=0.42197))
