# APR's: 50 epochs at 1e-3, 5 at 1e-4. Momentum and weight decay are in no text; these are this
# project's. New layers have the rate of the others: with ten times the rate, which many use, the
# identity's loss rises within a few steps on ResNet-50 (58-75 to 86-338), as lambda is 8.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=1e-3, momentum=0.9, weight_decay=5e-4))
param_scheduler = dict(type='MultiStepLR', by_epoch=True, milestones=[50], gamma=0.1)
train_cfg = dict(by_epoch=True, max_epochs=55, val_interval=5)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=64, enable=False)
