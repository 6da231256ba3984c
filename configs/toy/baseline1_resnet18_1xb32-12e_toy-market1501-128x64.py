# Baseline 1 of APR on toy pedestrians: the identity alone, whose loss has no lambda.
#   tools/train.py configs/toy/baseline1_resnet18_1xb32-12e_toy-market1501-128x64.py
# 1 CPU core, 2 minutes.
_base_ = 'apr_resnet18_1xb32-12e_toy-market1501-128x64.py'
model = dict(head=dict(losses=dict(_delete_=True), lambda_id=1))
val_evaluator = _base_.val_evaluator[:1]
test_evaluator = val_evaluator
