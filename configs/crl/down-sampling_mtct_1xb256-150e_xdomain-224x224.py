# X-Domain with MTCT: down-sampling, by the schedule of ICCV 2017.
#   tools/train.py configs/crl/down-sampling_mtct_1xb256-150e_xdomain-224x224.py
# One GPU with 12 GB. Not run here. Published: paper-iccv2017.yml, table 3.
_base_ = 'cross-entropy_mtct_1xb256-150e_xdomain-224x224.py'
train_dataloader = dict(sampler=dict(_delete_=True, type='MultiLabelDownSampler'))
