# The generator of the comparison on toys: 8 channels, 400 steps of 32 images.
#   tools/train.py projects/paper_studies/habp/arms/mrgan_c8_1xb32-400i_toy-comparison-128x64.py
_base_ = '../../../../configs/toy/mrgan_c16_1xb64-30e_toy-pedestrians-128x64.py'
model = dict(channels=8, max_channels=128, ema_momentum=0.01)
optim_wrapper = dict(
    type='BFloat16OptimWrapper',
    parts=dict(
        generator=dict(optimizer=dict(lr=4e-4)), discriminator=dict(optimizer=dict(lr=4e-4))))
train_cfg = dict(_delete_=True, by_epoch=False, max_iters=400)
auto_scale_lr = dict(base_batch_size=32)
train_dataloader = dict(
    batch_size=32, num_workers=0, dataset=dict(data_root='data/toy_comparison'))
val_cfg = None
val_dataloader = None
val_evaluator = None
test_dataloader = dict(num_workers=0, dataset=dict(data_root='data/toy_comparison', indices=1000))
test_evaluator = dict(
    extractor='{{ fileDirname }}/cross-entropy_resnet18-w16_1xb32-2e_toy-comparison-128x64.py', checkpoint='work_dirs/cross-entropy_resnet18-w16_1xb32-2e_toy-comparison-128x64/epoch_2.pth')
default_hooks = dict(
    checkpoint=dict(_delete_=True, type='CheckpointHook', by_epoch=False, interval=400),
    sample_grid=dict(interval=400, num_images=16))
