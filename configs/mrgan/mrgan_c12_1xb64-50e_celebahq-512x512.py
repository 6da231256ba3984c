# MR-GAN on CelebA-HQ, unconditional, from 4x4 to 512x512.
#   tools/train.py configs/mrgan/mrgan_c12_1xb64-50e_celebahq-512x512.py
# Not run here. FID with the features of ImageNet's ResNet-50; published with Inception's, which
# does not compare: ../habp/paper.yml, table 4.
_base_ = [
    '../_base_/models/mrgan.py', '../_base_/datasets/celebahq_512x512.py',
    '../_base_/schedules/mrgan_adam_30e.py', '../_base_/mrgan_runtime.py',
]
model = dict(image_size=512, channels=12, max_channels=384)
train_cfg = dict(max_epochs=50)
auto_scale_lr = dict(base_batch_size=64)
default_hooks = dict(sample_grid=dict(num_images=16))
val_evaluator = dict(
    type='FIDMetric',
    extractor='{{ fileDirname }}/../_base_/models/resnet50_in1k.py')
test_evaluator = val_evaluator
