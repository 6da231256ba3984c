# DAI on PETA: ResNeXt-101 32x8d, 4,705 balanced draws and then all 9,500 images in each epoch.
#   tools/train.py configs/dai/resnext101_32x8d_peta_256x192.py
# One GPU with 24 GB. Not run here; published: mA 88.24, F1 86.70.
_base_ = '../baseline/resnext101_32x8d_peta_256x192.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='DAISampler', size=0.49526))
