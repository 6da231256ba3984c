# Cross-entropy weighted by exp on RAP v1.
#   tools/train.py configs/dai/weighted_resnext101-32x8d_1xb64-40e_rapv1-256x192.py
# One GPU with 24 GB. Not run here. Published: paper.yml, table 3.
_base_ = '../baseline/cross-entropy_resnext101-32x8d_1xb64-40e_rapv1-256x192.py'
model = dict(head=dict(losses=dict(ce=dict(weighting='exp'))))
