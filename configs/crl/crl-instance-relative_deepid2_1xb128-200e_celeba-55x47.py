# CelebA with DeepID2 from scratch: class rectification of ICCV 2017, instance level, relative
# comparison.
#   tools/train.py configs/crl/crl-instance-relative_deepid2_1xb128-200e_celeba-55x47.py
# One GPU with 4 GB. Not run here. Published: paper-iccv2017.yml, tables 2 and 4.
_base_ = 'cross-entropy_deepid2_1xb128-200e_celeba-55x47.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(type='ClassRectificationLossICCV2017', miner='InstanceMiner'))))
