# MR-GAN on CelebA-HQ, unconditional, from 4x4 to 512x512.
#   tools/train.py configs/mrgan/mrgan_celeba_hq_512.py --amp
# Not run here. Published, with Inception's features: FID 26.93 without decorrelation, 22.16 with.
# The features here are those of ImageNet's ResNet-50: the numbers do not compare.
_base_ = [
    '../_base_/models/mrgan.py', '../_base_/datasets/celeba_hq_512.py',
    '../_base_/schedules/mrgan_adam_30e.py', '../_base_/runtime_mrgan.py',
]
model = dict(image_size=512, channels=12, max_channels=384)
train_cfg = dict(max_epochs=50)
custom_hooks = _base_.custom_hooks
custom_hooks[-1].num_images = 16
val_evaluator = dict(type='FIDMetric', extractor='configs/_base_/models/resnet50.py')
test_evaluator = val_evaluator
