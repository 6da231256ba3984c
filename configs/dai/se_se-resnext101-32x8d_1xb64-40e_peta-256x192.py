# Attention (SE layers) on PETA. The SE layers start untrained; where they stand is in no text.
#   tools/train.py configs/dai/se_se-resnext101-32x8d_1xb64-40e_peta-256x192.py
# One GPU with 24 GB. Not run here. Published: paper.yml, table 2.
_base_ = '../baseline/cross-entropy_resnext101-32x8d_1xb64-40e_peta-256x192.py'
model = dict(backbone=dict(type='SEResNeXt'))
