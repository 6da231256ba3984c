# What every MR-GAN run has in common: sample grids, and the checkpoint of the smallest FID.
_base_ = 'default_runtime.py'
default_hooks = dict(
    checkpoint=dict(save_best='gan/fid', rule='less'),
    sample_grid=dict(type='SampleGridHook', interval=1000))
