# DeepFashion's category and attribute prediction: 209,222 / 40,000 / 40,000 images, a category of 50
# values and 1,000 binary attributes, cut to their boxes, 224x224.
_base_ = 'loaders_256x192.py'
num_logits = 1050
image_size = (224, 224)  # width, height
dataset = dict(type='DeepFashion', data_root='data/DeepFashion')

train_pipeline = [
    dict(type='LoadPersonImage'),
    dict(type='CropBox'),
    dict(type='Resize', scale=image_size),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackAttributeInputs'),
]
test_pipeline = [
    dict(type='LoadPersonImage'),
    dict(type='CropBox'),
    dict(type='Resize', scale=image_size),
    dict(type='PackAttributeInputs'),
]

train_dataloader = dict(dataset=dict(**dataset, pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(**dataset, pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(**dataset, pipeline=test_pipeline))
