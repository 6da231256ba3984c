# CelebA at the size of DeepID2's images: 55x47, height and width.
_base_ = 'celeba_218x178.py'
image_size = (47, 55)  # width, height

train_pipeline = [
    dict(type='LoadPersonImage'),
    dict(type='Resize', scale=image_size),
    dict(type='RandomFlip', prob=0.5, direction='horizontal'),
    dict(type='PackAttributeInputs'),
]
test_pipeline = [
    dict(type='LoadPersonImage'),
    dict(type='Resize', scale=image_size),
    dict(type='PackAttributeInputs'),
]

train_dataloader = dict(batch_size=128, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
val_evaluator = dict(_delete_=True, type='BalancedAccuracyMetric')
test_evaluator = val_evaluator
