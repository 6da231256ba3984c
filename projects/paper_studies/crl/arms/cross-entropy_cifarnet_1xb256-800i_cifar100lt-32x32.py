# The baseline of the comparisons on long-tailed CIFAR-100: 800 steps of 256 images, rate 0.05 that
# falls to 0, forward pass in bfloat16.
#   tools/train.py projects/paper_studies/crl/arms/cross-entropy_cifarnet_1xb256-800i_cifar100lt-32x32.py
_base_ = '../../../../configs/crl/cross-entropy_cifarnet_1xb256-200e_cifar100lt-32x32.py'
train_cfg = dict(_delete_=True, by_epoch=False, max_iters=800, val_interval=200)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.02, by_epoch=False, end=50),
    dict(type='CosineAnnealingLR', by_epoch=False)]
default_hooks = dict(checkpoint=dict(
    _delete_=True, type='CheckpointHook', by_epoch=False, interval=800))
optim_wrapper = dict(type='BFloat16OptimWrapper', optimizer=dict(lr=0.05))
train_dataloader = dict(num_workers=1, persistent_workers=True)
val_evaluator = [
    dict(type='BalancedAccuracyMetric'),
    dict(type='OperatingPointMetric', rule='threshold_adjustment')]
test_evaluator = val_evaluator
