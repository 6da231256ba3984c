# MR-GAN on DeepFashion, from 7x7 to 224x224, conditioned on category and 1,000 attributes.
#   tools/train.py configs/mrgan/mrgan_deepfashion_224.py --amp
# Not run here. Published, with Inception's features: FID 28.51 without decorrelation, 27.28 with.
# The features here are those of ImageNet's ResNet-50: the numbers do not compare.
_base_ = [
    '../_base_/models/mrgan.py', '../_base_/datasets/deepfashion_224.py',
    '../_base_/schedules/mrgan_adam_30e.py', '../_base_/runtime_mrgan.py',
]
model = dict(image_size=224, num_conditions={{_base_.num_logits}})
train_dataloader = dict(
    batch_size=128, drop_last=True, dataset=dict(pipeline=_base_.test_pipeline))
val_dataloader = dict(dataset=dict(indices=30_000))
test_dataloader = dict(dataset=dict(indices=30_000))
val_evaluator = dict(
    _delete_=True, type='FIDMetric', extractor='configs/_base_/models/resnet50.py')
test_evaluator = val_evaluator
