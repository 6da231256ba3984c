# Baseline 2 of APR on DukeMTMC-reID, all 702 training identities: the attributes alone.
#   tools/train.py configs/apr/baseline2_resnet50_1xb64-55e_duke-702-224x224.py
# One GPU with 8 GB. The last weights are tested: --test last. Not run here. Published: paper.yml,
# table 2.
_base_ = 'apr_resnet50_1xb64-55e_duke-702-224x224.py'
model = dict(head=dict(lambda_id=0))
