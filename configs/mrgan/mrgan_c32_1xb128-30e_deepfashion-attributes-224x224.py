# MR-GAN on DeepFashion, from 7x7 to 224x224, conditioned on 1,000 attributes.
#   tools/train.py configs/mrgan/mrgan_c32_1xb128-30e_deepfashion-attributes-224x224.py
# Not run here. FID with the features of ImageNet's ResNet-50.
_base_ = [
    '../_base_/models/mrgan.py', '../_base_/datasets/deepfashion-attributes_224x224.py',
    '../_base_/schedules/mrgan_adam_30e.py', '../_base_/mrgan_runtime.py',
]
model = dict(image_size=224, num_conditions={{_base_.num_attributes}})
train_dataloader = dict(
    batch_size=128, drop_last=True, dataset=dict(pipeline=_base_.test_pipeline))
val_dataloader = dict(dataset=dict(indices=30_000))
test_dataloader = dict(dataset=dict(indices=30_000))
val_evaluator = dict(
    _delete_=True, type='FIDMetric',
    extractor='{{ fileDirname }}/../_base_/models/resnet50_in1k.py')
test_evaluator = val_evaluator
