# Class rectification's: SGD with momentum 0.9 at one learning rate from first to last epoch;
# whether the rate ever falls is in neither text. The schedules of the benchmarks, which differ
# between the two papers, set the numbers; a leaf takes its batch size from auto_scale_lr.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=0.001, momentum=0.9, weight_decay=5e-4))
train_cfg = dict(by_epoch=True, max_epochs=200, val_interval=1)
val_cfg = dict()
test_cfg = dict()
