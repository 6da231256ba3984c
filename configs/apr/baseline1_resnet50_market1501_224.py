# Baseline 1 of APR on Market-1501: the identity alone.
#   tools/train.py configs/apr/baseline1_resnet50_market1501_224.py --test last
# One GPU with 8 GB. Not run here; published, 651 identities: rank-1 70.51, mAP 48.19; 751: 73.69,
# 51.48.
_base_ = 'apr_resnet50_market1501_224.py'
model = dict(head=dict(losses=dict(_delete_=True)))
val_evaluator = _base_.val_evaluator[:1]
test_evaluator = val_evaluator
