# DAI on PA-100K: 33,982 balanced draws and then all 80,000 images in each epoch.
#   tools/train.py configs/dai/dai_densenet161_1xb64-40e_pa100k-256x192.py
# One GPU with 16 GB. Not run here. Published: paper.yml, table 1.
_base_ = '../baseline/cross-entropy_densenet161_1xb64-40e_pa100k-256x192.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='DAISampler', size=0.424775))
