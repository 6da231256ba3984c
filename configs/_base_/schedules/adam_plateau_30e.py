# The strong baseline's: Adam, gradients clipped, a tenth of the rate when validation stalls.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='Adam', lr=1e-4, weight_decay=5e-4),
    clip_grad=dict(max_norm=10.0))
param_scheduler = dict(
    type='ReduceOnPlateauLR', monitor='attribute/mA', rule='greater', factor=0.1, patience=4)
train_cfg = dict(by_epoch=True, max_epochs=30, val_interval=1)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=64, enable=False)
