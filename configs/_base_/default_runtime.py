# What every run has in common.
custom_imports = dict(imports=['par_plugins'])
default_scope = 'mmpretrain'

# All hooks have names, by which a leaf or --cfg-options changes them.
default_hooks = dict(
    # Logged losses are read from the device when they are logged, not after each step.
    runtime_info=dict(type='BatchedScalarsHook'),
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
    sync_buffers=dict(type='SyncBuffersHook'),
    # A GPU trains in TF32; nothing is scored in it.
    tf32=dict(type='TF32Hook'),
    schema=dict(type='SchemaHook'),
    label_statistics=dict(type='LabelStatisticsHook'),
    identity=dict(type='IdentityHook'),
    operating_point=dict(type='OperatingPointHook'),
    image_error=dict(type='ImageErrorHook'),
    attribute_report=dict(type='AttributeReportHook'),
    exact_resume=dict(type='ExactResumeHook'),
    finite_training=dict(type='FiniteTrainingHook'))
custom_hooks = []  # yours, where they need no name

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
