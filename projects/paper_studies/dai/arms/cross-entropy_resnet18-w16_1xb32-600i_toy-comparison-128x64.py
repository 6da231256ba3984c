# The baseline of the comparisons on toys: a narrow ResNet-18 from scratch, 600 steps of 32 images,
# tested on validation and test images together.
#   tools/train.py projects/paper_studies/dai/arms/cross-entropy_resnet18-w16_1xb32-600i_toy-comparison-128x64.py
_base_ = '../../../../configs/toy/cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
model = dict(backbone=dict(base_channels=16, stem_channels=16), head=dict(in_channels=128))
train_cfg = dict(_delete_=True, by_epoch=False, max_iters=600, val_interval=600)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=False, end=50),
    dict(type='CosineAnnealingLR', by_epoch=False)]
default_hooks = dict(checkpoint=dict(
    _delete_=True, type='CheckpointHook', by_epoch=False, interval=600))
val_cfg = None
val_dataloader = None
val_evaluator = None
train_dataloader = dict(dataset=dict(data_root='data/toy_comparison'))
test_dataloader = dict(dataset=dict(data_root='data/toy_comparison', split='valtest'))
