# DAI on PA-100K with the paper's solver: Adam, then the integer part of the weights.
#   tools/train.py configs/dai/dai-adam_densenet161_1xb64-40e_pa100k-256x192.py
# One GPU with 16 GB. Not run here. Published: paper.yml, table 1.
_base_ = '../baseline/cross-entropy_densenet161_1xb64-40e_pa100k-256x192.py'
train_dataloader = dict(sampler=dict(
    _delete_=True, type='DAISampler', solver='adam', max_repeat=None,
    solver_options=dict(rounding='floor')))
