# X-Domain with MTCT: class rectification of TPAMI 2019, minority classes have at most three tenths
# of the labels.
#   tools/train.py configs/crl/crl-rho0.3_mtct_1xb128-256e_xdomain-224x224.py
# One GPU with 12 GB. Not run here. Published: paper-tpami2019.yml, table 13.
_base_ = 'crl-class-relative_mtct_1xb128-256e_xdomain-224x224.py'
model = dict(head=dict(losses=dict(crl=dict(rho=0.3))))
