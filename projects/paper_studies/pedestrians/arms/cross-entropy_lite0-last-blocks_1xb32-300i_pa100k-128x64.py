# The last three blocks of EfficientNet-Lite0 on PA-100K, from what its frozen blocks give: write_frozen_views.py.
# 300 steps of 32 pictures. Folds of pictures, rates and options: compare.py.
_base_ = '../../../../configs/baseline/cross-entropy_efficientnet-lite0_1xb64-10e_pa100k-128x64.py'
custom_imports = dict(imports=['par_plugins', 'projects.paper_studies.frozen_views'])
model = dict(
    data_preprocessor=dict(_delete_=True, type='ClsDataPreprocessor'),
    backbone=dict(
        type='LastBlocks',
        frozen=['conv_stem', 'bn1', *(
            f'blocks.{i}.{j}' for i, n in enumerate([1, 2, 2, 3, 3, 2]) for j in range(n))]))
views = 'data/frozen_views'
train_dataloader = dict(batch_size=32, num_workers=0, dataset=dict(
    _delete_=True, type='PA100K', data_root='data/pa100k-2000', split=None,
    pipeline=[dict(type='LoadFrozenView', folder=views, augmented=True),
              dict(type='PackAttributeInputs')]))
test_dataloader = dict(num_workers=0, dataset=dict(
    _delete_=True, type='PA100K', data_root='data/pa100k-2000', split=None,
    pipeline=[dict(type='LoadFrozenView', folder=views), dict(type='PackAttributeInputs')]))
# No validation while training: the last weights are tested.
val_dataloader = val_cfg = val_evaluator = None
test_evaluator = dict(_delete_=True, type='AttributeMetric')
default_hooks = dict(
    _delete_=True,
    checkpoint=dict(type='CheckpointHook', interval=-1, save_last=False),
    **{name: dict(type=f'{kind}Hook') for name, kind in dict(
        schema='Schema', label_statistics='LabelStatistics', identity='Identity',
        finite_training='FiniteTraining').items()})
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, by_epoch=False, end=20),
    dict(type='CosineAnnealingLR', by_epoch=False)]
train_cfg = dict(_delete_=True, type='IterBasedTrainLoop', max_iters=300)
auto_scale_lr = dict(base_batch_size=32)
visualizer = dict(vis_backends=[dict(type='LocalVisBackend')])
