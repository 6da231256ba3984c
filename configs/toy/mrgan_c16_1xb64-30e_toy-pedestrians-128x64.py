# MR-GAN on toy pedestrians, from 4x2 to 128x64.
#   tools/train.py configs/toy/mrgan_c16_1xb64-30e_toy-pedestrians-128x64.py
# FID with the features of the toy classifier, trained first.
_base_ = [
    '../_base_/models/mrgan.py', '../_base_/datasets/toy-pedestrians_128x64.py',
    '../_base_/schedules/mrgan_adam_30e.py', '../_base_/mrgan_runtime.py',
]
model = dict(
    image_size=(128, 64), channels=16, max_channels=256,
    num_conditions={{_base_.num_attributes}})
train_pipeline = [dict(type='LoadPersonImage'), *_base_.test_pipeline[1:]]
train_dataloader = dict(batch_size=64, drop_last=True, dataset=dict(pipeline=train_pipeline))
auto_scale_lr = dict(base_batch_size=64)
val_evaluator = dict(
    _delete_=True, type='FIDMetric',
    extractor='{{ fileDirname }}/cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py',
    checkpoint='work_dirs/cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64/epoch_6.pth')
test_evaluator = val_evaluator
