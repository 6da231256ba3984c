# APR on toys with lambda 3. On the identities held out: --cfg-options
# test_dataloader.dataset.split=val
#   tools/train.py projects/paper_studies/apr/arms/apr-lambda3_resnet18_1xb32-12e_toy-market1501-128x64.py
_base_ = '../../../../configs/toy/apr_resnet18_1xb32-12e_toy-market1501-128x64.py'
model = dict(head=dict(lambda_id=3))
