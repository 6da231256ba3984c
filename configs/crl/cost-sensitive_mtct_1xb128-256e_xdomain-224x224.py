# X-Domain with MTCT: cost-sensitive cross-entropy, by the schedule of TPAMI 2019.
#   tools/train.py configs/crl/cost-sensitive_mtct_1xb128-256e_xdomain-224x224.py
# One GPU with 12 GB. Not run here. Published: paper-tpami2019.yml, table 5.
_base_ = 'cross-entropy_mtct_1xb128-256e_xdomain-224x224.py'
# exp(-r) as in the papers: the weighting, which is e times that, divided by e.
model = dict(head=dict(losses=dict(ce=dict(weighting='exp', loss_weight=0.3679))))
