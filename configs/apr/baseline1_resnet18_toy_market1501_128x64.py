# Baseline 1 of APR on toy pedestrians: the identity alone.
#   tools/train.py configs/apr/baseline1_resnet18_toy_market1501_128x64.py
# 1 CPU core, 2 minutes. Rank-1 62.0 +- 1.0, mAP 52.7 +- 1.0 (seeds 0-2, --test last).
_base_ = 'apr_resnet18_toy_market1501_128x64.py'
model = dict(head=dict(losses=dict(_delete_=True)))
val_evaluator = _base_.val_evaluator[:1]
test_evaluator = val_evaluator
