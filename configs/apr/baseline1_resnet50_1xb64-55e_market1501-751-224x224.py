# Baseline 1 of APR on Market-1501, all 751 training identities: the identity alone, whose loss has
# no lambda.
#   tools/train.py configs/apr/baseline1_resnet50_1xb64-55e_market1501-751-224x224.py
# One GPU with 8 GB. The last weights are tested: --test last. Not run here. Published: paper.yml,
# table 1.
_base_ = 'apr_resnet50_1xb64-55e_market1501-751-224x224.py'
model = dict(head=dict(losses=dict(_delete_=True), lambda_id=1))
test_evaluator = _base_.test_evaluator[:1]
