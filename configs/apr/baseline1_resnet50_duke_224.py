# Baseline 1 of APR on DukeMTMC-reID: the identity alone.
#   tools/train.py configs/apr/baseline1_resnet50_duke_224.py --test last
# One GPU with 8 GB. Not run here; published, all 702 identities: rank-1 64.22, mAP 43.50.
_base_ = 'apr_resnet50_duke_224.py'
model = dict(head=dict(losses=dict(_delete_=True)))
val_evaluator = _base_.val_evaluator[:1]
test_evaluator = val_evaluator
