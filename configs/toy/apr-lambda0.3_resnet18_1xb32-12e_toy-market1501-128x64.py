# APR on toy pedestrians with lambda 0.3, the best one on the identities held out.
#   tools/train.py configs/toy/apr-lambda0.3_resnet18_1xb32-12e_toy-market1501-128x64.py
# 1 CPU core, 2 minutes.
_base_ = 'apr_resnet18_1xb32-12e_toy-market1501-128x64.py'
model = dict(head=dict(lambda_id=0.3))
