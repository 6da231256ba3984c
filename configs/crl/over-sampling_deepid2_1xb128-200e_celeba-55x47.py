# CelebA with DeepID2 from scratch: over-sampling, by the schedule of ICCV 2017.
#   tools/train.py configs/crl/over-sampling_deepid2_1xb128-200e_celeba-55x47.py
# One GPU with 4 GB. Not run here. Published: paper-iccv2017.yml, table 2.
_base_ = 'cross-entropy_deepid2_1xb128-200e_celeba-55x47.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='MultiLabelOverSampler'))
