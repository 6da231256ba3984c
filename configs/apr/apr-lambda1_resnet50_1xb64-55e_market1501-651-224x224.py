# APR on Market-1501 with lambda 1, for the curve over lambda on the identities held out.
#   tools/train.py configs/apr/apr-lambda1_resnet50_1xb64-55e_market1501-651-224x224.py
# One GPU with 8 GB. The last weights are tested: --test last. Not run here. Published: figure 7,
# where lambda 8 is best.
_base_ = 'apr_resnet50_1xb64-55e_market1501-651-224x224.py'
model = dict(head=dict(lambda_id=1))
test_dataloader = dict(dataset=dict(split='val'))
