# DAI with the paper's solver: its draws, then the whole set, in turn.
_base_ = 'dai_lite0-last-blocks_1xb32-300i_pa100k-128x64.py'
train_dataloader = dict(sampler=dict(solver='adam'))
