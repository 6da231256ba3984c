# MR-GAN on 100 images of MNIST: 1M samples.
#   tools/train.py configs/mrgan/mrgan_c64_1xb128-1e_mnist100-28x28.py
# FID with the features of LeNet-5, trained first.
_base_ = 'mrgan_c64_1xb128-20e_mnist-28x28.py'
train_dataloader = dict(dataset=dict(
    _delete_=True, type='mmengine.RepeatDataset', times=10000,
    dataset=dict(**_base_.dataset, split='train', num_images=100)))
train_cfg = dict(max_epochs=1)
