# APR's: 50 epochs at 1e-3, 5 at 1e-4. Momentum, weight decay and the ten times larger rate of the
# new layers are in no text; these are this project's.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=1e-3, momentum=0.9, weight_decay=5e-4),
    paramwise_cfg=dict(custom_keys={'head.': dict(lr_mult=10)}))
param_scheduler = dict(type='MultiStepLR', by_epoch=True, milestones=[50], gamma=0.1)
train_cfg = dict(by_epoch=True, max_epochs=55, val_interval=5)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=64, enable=False)
