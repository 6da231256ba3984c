# A moving average of the weights.
_base_ = 'cross-entropy_lite0-last-blocks_1xb32-300i_pa100k-128x64.py'
custom_hooks = [dict(type='EMAHook', ema_type='ExponentialMovingAverage', momentum=0.02)]
