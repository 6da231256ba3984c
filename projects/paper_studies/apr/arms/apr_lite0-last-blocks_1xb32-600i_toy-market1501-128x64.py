# APR on toys with the features of ImageNet, which 128 channels pass on: what the frozen blocks of
# EfficientNet-Lite0 give is read from data/frozen_toys: write_frozen_views.py. 600 steps.
# Wider: --cfg-options model.backbone.width=512 model.head.in_channels=512
_base_ = '../../../../configs/toy/apr_resnet18_1xb32-12e_toy-market1501-128x64.py'
custom_imports = dict(imports=['par_plugins', 'projects.paper_studies.frozen_views'])
width = 128
model = dict(
    data_preprocessor=dict(type='ClsDataPreprocessor'),
    backbone=dict(
        _delete_=True, type='LastBlocks', model_name='tf_efficientnet_lite0', channels_last=True,
        frozen=['conv_stem', 'bn1', *(
            f'blocks.{i}.{j}' for i, n in enumerate([1, 2, 2, 3, 3, 2]) for j in range(n))],
        width=width,
        init_cfg=dict(type='Pretrained', checkpoint='data/models/tf_efficientnet_lite0-in1k.pth')),
    head=dict(in_channels=width))
views = 'data/frozen_toys'
train_dataloader = dict(num_workers=0, dataset=dict(pipeline=[
    dict(type='LoadFrozenView', folder=views, augmented=True), dict(type='PackAttributeInputs')]))
test_dataloader = dict(num_workers=0, persistent_workers=False, dataset=dict(pipeline=[
    dict(type='LoadFrozenView', folder=views), dict(type='PackAttributeInputs')]))
# No validation while training: the last weights are tested.
val_dataloader = val_cfg = val_evaluator = None
default_hooks = dict(
    _delete_=True,
    checkpoint=dict(type='CheckpointHook', interval=-1, save_last=False),
    **{name: dict(type=f'{kind}Hook') for name, kind in dict(
        schema='Schema', label_statistics='LabelStatistics', identity='Identity',
        operating_point='OperatingPoint', finite_training='FiniteTraining').items()})
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=False, end=40),
    dict(type='CosineAnnealingLR', by_epoch=False)]
train_cfg = dict(_delete_=True, type='IterBasedTrainLoop', max_iters=600)
visualizer = dict(vis_backends=[dict(type='LocalVisBackend')])
