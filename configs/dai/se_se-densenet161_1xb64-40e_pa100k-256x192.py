# Attention (SE layers) on PA-100K. The SE layers start untrained; where they stand is in no text.
#   tools/train.py configs/dai/se_se-densenet161_1xb64-40e_pa100k-256x192.py
# One GPU with 16 GB. Not run here. Published: paper.yml, table 1.
_base_ = '../baseline/cross-entropy_densenet161_1xb64-40e_pa100k-256x192.py'
model = dict(backbone=dict(type='SEDenseNet'))
