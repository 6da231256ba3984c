# Baseline 1 of APR on DukeMTMC-reID, 602 training identities: the identity alone, whose loss has
# no lambda.
#   tools/train.py configs/apr/baseline1_resnet50_1xb64-55e_duke-602-224x224.py
# One GPU with 8 GB. The last weights are tested: --test last. Not run here.
_base_ = 'apr_resnet50_1xb64-55e_duke-602-224x224.py'
model = dict(head=dict(losses=dict(_delete_=True), lambda_id=1))
val_evaluator = _base_.val_evaluator[:1]
test_evaluator = val_evaluator
