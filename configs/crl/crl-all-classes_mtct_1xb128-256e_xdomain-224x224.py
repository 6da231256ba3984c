# X-Domain with MTCT: class rectification of TPAMI 2019, all classes of a batch have anchors.
#   tools/train.py configs/crl/crl-all-classes_mtct_1xb128-256e_xdomain-224x224.py
# One GPU with 12 GB. Not run here. Published: paper-tpami2019.yml, table 12.
_base_ = 'crl-class-relative_mtct_1xb128-256e_xdomain-224x224.py'
model = dict(head=dict(losses=dict(crl=dict(rho=None))))
