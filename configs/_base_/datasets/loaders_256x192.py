# Pipelines and loaders at 256x192; a dataset's base says what they read.
image_size = (192, 256)  # width, height
# The normalisation of ImageNet's weights; a model base with other needs has its own.
data_preprocessor = dict(
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True)

train_pipeline = [
    dict(type='LoadPersonImage'),
    dict(type='Resize', scale=image_size),
    dict(type='RandomCrop', crop_size=image_size[::-1], padding=10),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackAttributeInputs'),
]
test_pipeline = [
    dict(type='LoadPersonImage'),
    dict(type='Resize', scale=image_size),
    dict(type='PackAttributeInputs'),
]

train_dataloader = dict(
    batch_size=64,
    num_workers=4,
    collate_fn=dict(type='default_collate'),
    worker_init_fn=dict(type='seed_worker'),
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(split='train', pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=128,
    num_workers=4,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(split='val', pipeline=test_pipeline))
test_dataloader = dict(val_dataloader, dataset=dict(split='test', pipeline=test_pipeline))
# attribute/mA is at 0.5; attribute/prior/mA stands beside it.
val_evaluator = [
    dict(type='AttributeMetric'),
    dict(type='OperatingPointMetric', rule='prior', required=False)]
test_evaluator = val_evaluator

# What a dataset's _erasing variant puts before packing; the colour is ImageNet's mean, BGR.
random_erasing = dict(
    type='RandomErasing', erase_prob=0.5, mode='const',
    min_area_ratio=0.02, max_area_ratio=0.4, fill_color=[103.53, 116.28, 123.675])
