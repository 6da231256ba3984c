# Baseline 1 of APR on Market-1501 with CaffeNet: the identity alone.
#   tools/train.py configs/apr/baseline1_caffenet_market1501_227.py --test last
# One GPU with 8 GB. Not run here; published for CaffeNet, 651 identities: rank-1 52.13, mAP 27.29.
_base_ = 'apr_caffenet_market1501_227.py'
model = dict(head=dict(losses=dict(_delete_=True)))
val_evaluator = _base_.val_evaluator[:1]
test_evaluator = val_evaluator
