# DAI on RAP v1: ResNeXt-101 32x8d; the paper draws 14,038 of all 33,268 training images, this config
# the same share of the nine tenths that are not held out for validation.
#   tools/train.py configs/dai/resnext101_32x8d_rapv1_256x192.py
# One GPU with 24 GB. Not run here; published: mA 75.09.
_base_ = '../baseline/resnext101_32x8d_rapv1_256x192.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='DAISampler', size=0.42197))
