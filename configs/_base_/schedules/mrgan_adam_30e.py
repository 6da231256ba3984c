# MR-GAN's: Adam at 1e-4 for both networks, 30 epochs. Its betas are in no text; these are DCGAN's.
adam = dict(type='Adam', lr=1e-4, betas=(0.5, 0.999))
optim_wrapper = dict(
    constructor='SeparateOptimWrapperConstructor', type='OptimWrapper',
    parts=dict(generator=dict(optimizer=adam), discriminator=dict(optimizer=adam)))
model_wrapper_cfg = dict(type='MMSeparateDistributedDataParallel')
train_cfg = dict(by_epoch=True, max_epochs=30, val_interval=1)
val_cfg = dict()
test_cfg = dict()
auto_scale_lr = dict(base_batch_size=128, enable=False)
