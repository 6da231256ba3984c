# CelebA-HQ, 30,000 faces as image files in one folder, at 512x512; nothing is labelled.
image_size = (512, 512)  # width, height
data_preprocessor = dict(
    mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True)
dataset = dict(
    type='UnlabelledImages', data_root='data/CelebA-HQ', schema=dict(attributes=['Face']))
pipeline = [
    dict(type='LoadPersonImage'),
    dict(type='Resize', scale=image_size),
    dict(type='PackAttributeInputs'),
]

train_dataloader = dict(
    batch_size=64, num_workers=8, drop_last=True,
    collate_fn=dict(type='default_collate'),
    worker_init_fn=dict(type='seed_worker'),
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(**dataset, pipeline=pipeline))
val_dataloader = dict(
    batch_size=64, num_workers=8,
    collate_fn=dict(type='default_collate'),
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(**dataset, pipeline=pipeline))
test_dataloader = val_dataloader
