# The strong baseline with an exponential moving average of the weights.
#   tools/train.py configs/baseline/strong-baseline-ema_resnet50_1xb64-30e_pa100k-256x192.py
# One GPU with 8 GB. Not run here. Published: paper.yml.
_base_ = 'strong-baseline_resnet50_1xb64-30e_pa100k-256x192.py'
default_hooks = dict(
    ema=dict(type='EMAHook', ema_type='ExponentialMovingAverage', momentum=2e-4))
