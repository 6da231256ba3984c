# X-Domain with MTCT: over-sampling, by the schedule of TPAMI 2019.
#   tools/train.py configs/crl/over-sampling_mtct_1xb128-256e_xdomain-224x224.py
# One GPU with 12 GB. Not run here. Published: paper-tpami2019.yml, table 5.
_base_ = 'cross-entropy_mtct_1xb128-256e_xdomain-224x224.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='MultiLabelOverSampler'))
