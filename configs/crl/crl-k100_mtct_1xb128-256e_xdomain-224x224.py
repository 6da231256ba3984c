# X-Domain with MTCT: class rectification of TPAMI 2019, the 100 hardest samples.
#   tools/train.py configs/crl/crl-k100_mtct_1xb128-256e_xdomain-224x224.py
# One GPU with 12 GB. Not run here. Published: paper-tpami2019.yml, figure 12.
_base_ = 'crl-class-relative_mtct_1xb128-256e_xdomain-224x224.py'
model = dict(head=dict(losses=dict(crl=dict(miner=dict(type='ClassMiner', k=100)))))
