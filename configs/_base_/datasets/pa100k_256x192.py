# PA-100K, 80,000 / 10,000 / 10,000 images, 26 binary attributes, 256x192.
data_root = 'data/PA-100K'
num_attributes = 26
image_size = (192, 256)  # width, height

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
    dataset=dict(type='PA100K', data_root=data_root, split='train', pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=128,
    num_workers=4,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='PA100K', data_root=data_root, split='val', pipeline=test_pipeline))
test_dataloader = dict(
    batch_size=128,
    num_workers=4,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(type='PA100K', data_root=data_root, split='test', pipeline=test_pipeline))
val_evaluator = dict(type='AttributeMetric')
test_evaluator = val_evaluator
