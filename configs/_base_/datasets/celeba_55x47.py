# CelebA at the size of DeepID2's images: 55x47, height and width.
_base_ = 'celeba_218x178.py'
image_size = (47, 55)  # width, height

train_pipeline = _base_.train_pipeline
train_pipeline[1].scale = image_size
train_pipeline.pop(2)
test_pipeline = _base_.test_pipeline
test_pipeline[1].scale = image_size

train_dataloader = dict(batch_size=128, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(pipeline=test_pipeline))
val_evaluator = dict(_delete_=True, type='BalancedAccuracyMetric')
test_evaluator = val_evaluator
