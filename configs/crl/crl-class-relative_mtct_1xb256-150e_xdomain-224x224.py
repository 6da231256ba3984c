# X-Domain with MTCT: class rectification of ICCV 2017, class level, relative comparison.
#   tools/train.py configs/crl/crl-class-relative_mtct_1xb256-150e_xdomain-224x224.py
# One GPU with 12 GB. Not run here. Published: paper-iccv2017.yml, tables 3 and 4.
_base_ = 'cross-entropy_mtct_1xb256-150e_xdomain-224x224.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(type='ClassRectificationLossICCV2017'))))
