# CelebA with DeepID2 from scratch: class rectification of TPAMI 2019, instance level, relative
# comparison.
#   tools/train.py configs/crl/crl-instance-relative_deepid2_1xb256-921e_celeba-55x47.py
# One GPU with 4 GB. Not run here. Published: paper-tpami2019.yml, table 10.
_base_ = 'cross-entropy_deepid2_1xb256-921e_celeba-55x47.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(type='ClassRectificationLossTPAMI2019', miner='InstanceMiner'))))
