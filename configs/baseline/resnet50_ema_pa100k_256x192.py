_base_ = 'resnet50_pa100k_256x192.py'
custom_hooks = _base_.custom_hooks + [
    dict(type='EMAHook', ema_type='ExponentialMovingAverage', momentum=2e-4)]
