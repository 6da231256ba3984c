# What every run has in common.
custom_imports = dict(imports=['par_plugins'])
default_scope = 'mmpretrain'

default_hooks = dict(
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(
        type='CheckpointHook', interval=1, max_keep_ckpts=2,
        save_best='attribute/mA', rule='greater',
        # Two are kept and each is written aside, so that a whole one is always there.
        backend_args=dict(backend='written_aside')),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    # Each process has batch norm's averages of its own batches: all take their mean before
    # validation and before a checkpoint, so that what is scored is what is saved.
    sync_buffers=dict(type='SyncBuffersHook'))
custom_hooks = [
    dict(type='SchemaHook'),
    dict(type='LabelStatisticsHook'),
    dict(type='IdentityHook'),
    dict(type='OperatingPointHook'),
    dict(type='ImageErrorHook'),
    dict(type='AttributeReportHook'),
    dict(type='ExactResumeHook'),
    dict(type='FiniteTrainingHook'),
]

env_cfg = dict(
    cudnn_benchmark=True,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'))
visualizer = dict(
    type='Visualizer',
    vis_backends=[dict(type='LocalVisBackend'), dict(type='TensorboardVisBackend')])
randomness = dict(seed=0, deterministic=False)
log_level = 'INFO'
load_from = None
resume = False
