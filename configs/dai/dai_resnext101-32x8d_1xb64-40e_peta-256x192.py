# DAI on PETA: 4,705 balanced draws and then all 9,500 images in each epoch.
#   tools/train.py configs/dai/dai_resnext101-32x8d_1xb64-40e_peta-256x192.py
# One GPU with 24 GB. Not run here. Published: paper.yml, table 2.
_base_ = '../baseline/cross-entropy_resnext101-32x8d_1xb64-40e_peta-256x192.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='DAISampler', size=0.49526))
