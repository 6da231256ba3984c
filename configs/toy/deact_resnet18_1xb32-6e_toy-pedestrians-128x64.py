# Toy pedestrians: cross-entropy and deactivation on images of an MR-GAN of the same pedestrians,
# trained first.
#   tools/train.py configs/toy/deact_resnet18_1xb32-6e_toy-pedestrians-128x64.py
# 2 CPU cores, about 2 minutes.
_base_ = 'cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
model = dict(
    type='DeactivationClassifier',
    head=dict(losses=dict(deact=dict(
        type='DeactivationLoss', sampling='anchor', loss_weight=0.01))))
default_hooks = dict(generator=dict(
    type='MRGANGeneratorHook', interval=5,
    config='{{ fileDirname }}/../toy/mrgan_c16_1xb64-30e_toy-pedestrians-128x64.py',
    checkpoint='work_dirs/mrgan_c16_1xb64-30e_toy-pedestrians-128x64/epoch_30.pth'))
