# Baseline 2 of APR on toy pedestrians: the attributes alone.
#   tools/train.py configs/apr/baseline2_resnet18_toy_market1501_128x64.py
# Made for 2 CPU cores. Not run here yet: no expected number.
_base_ = 'apr_resnet18_toy_market1501_128x64.py'
model = dict(head=dict(lambda_id=0))
