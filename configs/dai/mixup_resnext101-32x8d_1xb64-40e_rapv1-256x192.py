# mixup on RAP v1; its parameter is in no text.
#   tools/train.py configs/dai/mixup_resnext101-32x8d_1xb64-40e_rapv1-256x192.py
# One GPU with 24 GB. Not run here. Published: paper.yml, table 3.
_base_ = '../baseline/cross-entropy_resnext101-32x8d_1xb64-40e_rapv1-256x192.py'
model = dict(type='AttributeMixupClassifier', mixup_alpha=0.2)
