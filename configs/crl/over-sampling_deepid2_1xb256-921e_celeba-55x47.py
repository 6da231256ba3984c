# CelebA with DeepID2 from scratch: over-sampling, by the schedule of TPAMI 2019.
#   tools/train.py configs/crl/over-sampling_deepid2_1xb256-921e_celeba-55x47.py
# One GPU with 4 GB. Not run here. Published: paper-tpami2019.yml, table 3.
_base_ = 'cross-entropy_deepid2_1xb256-921e_celeba-55x47.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='MultiLabelOverSampler'))
