# PA-100K with random erasing, as DAI trains.
_base_ = 'pa100k_256x192.py'
train_pipeline = _base_.train_pipeline
train_pipeline.insert(-1, _base_.random_erasing)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
