# Baseline 2 of APR on toy pedestrians: the attributes alone.
#   tools/train.py configs/toy/baseline2_resnet18_1xb32-12e_toy-market1501-128x64.py
# 1 CPU core, 2 minutes.
_base_ = 'apr_resnet18_1xb32-12e_toy-market1501-128x64.py'
model = dict(head=dict(lambda_id=0))
