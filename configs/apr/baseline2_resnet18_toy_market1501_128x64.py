# Baseline 2 of APR on toy pedestrians: the attributes alone.
#   tools/train.py configs/apr/baseline2_resnet18_toy_market1501_128x64.py
# 1 CPU core, 2 minutes. Rank-1 58.9 +- 0.8, mAP 48.5 +- 0.3, attributes 74.5 +- 0.6 (seeds 0-2, --test last).
_base_ = 'apr_resnet18_toy_market1501_128x64.py'
model = dict(head=dict(lambda_id=0))
