# MR-GAN on toy pedestrians, from 4x2 to 128x64.
#   tools/train.py configs/toy/resnet18_toy_pedestrians.py
#   tools/train.py configs/mrgan/mrgan_toy_pedestrians_128x64.py
# Validation asks the toy classifier for features.
_base_ = [
    '../_base_/models/mrgan.py', '../_base_/datasets/toy_pedestrians_128x64.py',
    '../_base_/schedules/mrgan_adam_30e.py', '../_base_/runtime_mrgan.py',
]
model = dict(
    image_size=(128, 64), channels=16, max_channels=256,
    num_conditions={{_base_.num_attributes}})
train_pipeline = [dict(type='LoadPersonImage'), *_base_.test_pipeline[1:]]
train_dataloader = dict(batch_size=64, drop_last=True, dataset=dict(pipeline=train_pipeline))
val_evaluator = dict(
    _delete_=True, type='FIDMetric', extractor='configs/toy/resnet18_toy_pedestrians.py',
    checkpoint='work_dirs/resnet18_toy_pedestrians/epoch_6.pth')
test_evaluator = val_evaluator
