# With random erasing, as DAI trains.
_base_ = 'pa100k_256x192.py'

train_pipeline = _base_.train_pipeline
train_pipeline.insert(-1, dict(
    type='RandomErasing', erase_prob=0.5, mode='const',
    min_area_ratio=0.02, max_area_ratio=0.4, fill_color=[103.53, 116.28, 123.675]))
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
