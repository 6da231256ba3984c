# LeNet-5 on 100 images of MNIST with deactivation on images of an MR-GAN of the same images.
#   tools/train.py configs/habp/deact_lenet5_1xb64-1e_mnist100-28x28.py
# 2 CPU cores. Its generator first: configs/mrgan. Not run here. Published: paper.yml, table 3.
_base_ = 'cross-entropy_lenet5_1xb64-1e_mnist100-28x28.py'
model = dict(head=dict(losses=dict(deact=dict(type='DeactivationLoss', loss_weight=0.05))))
default_hooks = dict(generator=dict(
    type='MRGANGeneratorHook', interval=1, sigma_p=2.4,
    config='{{ fileDirname }}/../mrgan/mrgan_c64_1xb128-1e_mnist100-28x28.py',
    checkpoint='work_dirs/mrgan_c64_1xb128-1e_mnist100-28x28/epoch_1.pth'))
