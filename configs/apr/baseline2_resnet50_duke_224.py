# Baseline 2 of APR on DukeMTMC-reID: the attributes alone.
#   tools/train.py configs/apr/baseline2_resnet50_duke_224.py --test last
# One GPU with 8 GB. Not run here; published, all 702 identities: rank-1 52.91, mAP 31.23; mean
# accuracy of the attributes 82.39.
_base_ = 'apr_resnet50_duke_224.py'
model = dict(head=dict(lambda_id=0))
