# DAI on PETA with the paper's solver: Adam, then the integer part of the weights.
#   tools/train.py configs/dai/dai-adam_resnext101-32x8d_1xb64-40e_peta-256x192.py
# One GPU with 24 GB. Not run here. Published: paper.yml, table 2.
_base_ = '../baseline/cross-entropy_resnext101-32x8d_1xb64-40e_peta-256x192.py'
train_dataloader = dict(sampler=dict(
    _delete_=True, type='DAISampler', solver='adam', max_repeat=None,
    solver_options=dict(rounding='floor')))
