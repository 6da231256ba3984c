# What every MR-GAN run has in common: sample grids, and the checkpoint of the smallest FID.
_base_ = 'runtime.py'
default_hooks = dict(checkpoint=dict(save_best='gan/fid', rule='less'))
custom_hooks = _base_.custom_hooks + [dict(type='SampleGridHook', interval=1000)]
