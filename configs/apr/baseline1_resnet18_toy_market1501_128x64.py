# Baseline 1 of APR on toy pedestrians: the identity alone.
#   tools/train.py configs/apr/baseline1_resnet18_toy_market1501_128x64.py
# Made for 2 CPU cores. Not run here yet: no expected number.
_base_ = 'apr_resnet18_toy_market1501_128x64.py'
model = dict(head=dict(losses=dict(_delete_=True)))
val_evaluator = _base_.val_evaluator[:1]
test_evaluator = val_evaluator
