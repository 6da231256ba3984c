# LeNet-5 on 50 images of MNIST with one more output for images of an MR-GAN (AC).
#   tools/train.py configs/habp/auxiliary-class_lenet5_1xb64-1e_mnist50-28x28.py
# 2 CPU cores. Its generator first: configs/mrgan. Not run here. Published: paper.yml, table 3.
_base_ = 'cross-entropy_lenet5_1xb64-1e_mnist50-28x28.py'
model = dict(head=dict(
    type='AuxiliaryClassHead', synthetic_weight=0.05,
    losses=dict(deact=dict(type='DeactivationLoss', loss_weight=0))))
default_hooks = dict(generator=dict(
    type='MRGANGeneratorHook', interval=1, sigma_p=2.2,
    config='{{ fileDirname }}/../mrgan/mrgan_c64_1xb128-1e_mnist50-28x28.py',
    checkpoint='work_dirs/mrgan_c64_1xb128-1e_mnist50-28x28/epoch_1.pth'))
