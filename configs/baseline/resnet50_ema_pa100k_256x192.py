# The strong baseline with an exponential moving average of the weights.
#   tools/train.py configs/baseline/resnet50_ema_pa100k_256x192.py
# One GPU with 8 GB. Not run here at full size; published for this recipe, trained on train and val:
# mA 81.97, F1 88.11 (protocol rethinking).
_base_ = 'resnet50_pa100k_256x192.py'
custom_hooks = _base_.custom_hooks + [
    dict(type='EMAHook', ema_type='ExponentialMovingAverage', momentum=2e-4)]
