# CelebA, 162,770 / 19,867 / 19,962 aligned faces, 40 binary attributes, 218x178: the size at which
# they are given out, so that no face is scaled or squeezed; 224x224 would cost 1.3 times as much.
_base_ = 'loaders_256x192.py'
num_attributes = 40
image_size = (178, 218)  # width, height
dataset = dict(type='CelebA', data_root='data/CelebA')

train_pipeline = _base_.train_pipeline
train_pipeline[1].scale = image_size
train_pipeline[2].crop_size = image_size[::-1]
test_pipeline = _base_.test_pipeline
test_pipeline[1].scale = image_size

train_dataloader = dict(dataset=dict(**dataset, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(**dataset, pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(**dataset, pipeline=test_pipeline))
