# X-Domain with MTCT: class rectification of TPAMI 2019, instance level, distribution comparison.
#   tools/train.py configs/crl/crl-instance-distribution_mtct_1xb128-256e_xdomain-224x224.py
# One GPU with 12 GB. Not run here. Published: paper-tpami2019.yml, table 10.
_base_ = 'cross-entropy_mtct_1xb128-256e_xdomain-224x224.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(
        type='ClassRectificationLossTPAMI2019',
        miner='InstanceMiner', comparison='DistributionComparison'))))
