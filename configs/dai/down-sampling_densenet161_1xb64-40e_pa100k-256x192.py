# Down-sampling on PA-100K, beside DAI; not in the paper.
#   tools/train.py configs/dai/down-sampling_densenet161_1xb64-40e_pa100k-256x192.py
# One GPU with 16 GB. Not run here.
_base_ = '../baseline/cross-entropy_densenet161_1xb64-40e_pa100k-256x192.py'
train_dataloader = dict(sampler=dict(
    _delete_=True, type='MultiLabelDownSampler'))
