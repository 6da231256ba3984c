# DAI's: SGD from 0.1 down to 1e-8 by factors of 0.1, for losses that are means over labels (on a
# sum over 26 attributes the loss rises from 18 to 57-70 at 0.1). Batch size, momentum, weight decay and the
# epochs of the seven drops are in no text; these are this project's.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=0.1, momentum=0.9, weight_decay=5e-4))
param_scheduler = dict(
    type='MultiStepLR', by_epoch=True, milestones=[20, 23, 26, 29, 31, 34, 37], gamma=0.1)
train_cfg = dict(by_epoch=True, max_epochs=40, val_interval=1)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=64, enable=False)
