# CelebA with DeepID2 from scratch: cost-sensitive cross-entropy, by the schedule of ICCV 2017.
#   tools/train.py configs/crl/cost-sensitive_deepid2_1xb128-200e_celeba-55x47.py
# One GPU with 4 GB. Not run here. Published: paper-iccv2017.yml, table 2.
_base_ = 'cross-entropy_deepid2_1xb128-200e_celeba-55x47.py'
# exp(-r) as in the papers: the weighting, which is e times that, divided by e.
model = dict(head=dict(losses=dict(ce=dict(weighting='exp', loss_weight=0.3679))))
