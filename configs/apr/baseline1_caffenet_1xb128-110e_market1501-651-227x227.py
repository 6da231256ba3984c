# Baseline 1 of APR on Market-1501 with CaffeNet: the identity alone, whose loss has no lambda.
#   tools/train.py configs/apr/baseline1_caffenet_1xb128-110e_market1501-651-227x227.py
# One GPU with 8 GB. The last weights are tested: --test last. Not run here. Published: paper.yml,
# table 1.
_base_ = 'apr_caffenet_1xb128-110e_market1501-651-227x227.py'
model = dict(head=dict(losses=dict(_delete_=True), lambda_id=1))
val_evaluator = _base_.val_evaluator[:1]
test_evaluator = val_evaluator
