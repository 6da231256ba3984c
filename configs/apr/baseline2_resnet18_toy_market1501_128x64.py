# Baseline 2 of APR on toy pedestrians: the attributes alone.
#   tools/train.py configs/apr/baseline2_resnet18_toy_market1501_128x64.py
# 1 CPU core, 3 minutes. Not run here yet.
_base_ = 'apr_resnet18_toy_market1501_128x64.py'
model = dict(head=dict(lambda_id=0))
