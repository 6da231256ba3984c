# Market-1501 at 227x227, for CaffeNet; batches of 128.
_base_ = 'market1501-651_224x224.py'
image_size = (227, 227)  # width, height

train_pipeline = _base_.train_pipeline
train_pipeline[1].scale = image_size
test_pipeline = _base_.test_pipeline
test_pipeline[1].scale = image_size

train_dataloader = dict(batch_size=128, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
