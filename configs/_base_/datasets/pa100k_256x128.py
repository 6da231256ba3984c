# PA-100K at two thirds of the width: twice as high as wide, as people are.
_base_ = 'pa100k_256x192.py'
image_size = (128, 256)  # width, height

train_pipeline = _base_.train_pipeline
train_pipeline[1].scale = image_size
train_pipeline[2].crop_size = image_size[::-1]
test_pipeline = _base_.test_pipeline
test_pipeline[1].scale = image_size

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
