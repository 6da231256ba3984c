# DAI on PA-100K: DenseNet-161, 33,982 balanced draws and then all 80,000 images in each epoch.
#   tools/train.py configs/dai/densenet161_pa100k_256x192.py
# One GPU with 16 GB. Not run here at full size; published: mA 77.89, F1 87.75.
_base_ = '../baseline/densenet161_pa100k_256x192.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='DAISampler', size=0.424775))
