# MR-GAN on MNIST at 7, 14 and 28: 1M samples.
#   tools/train.py configs/mrgan/mrgan_c64_1xb128-20e_mnist-28x28.py
# FID with the features of LeNet-5, trained first.
_base_ = [
    '../_base_/models/mrgan.py', '../_base_/datasets/mnist_28x28.py',
    '../_base_/schedules/mrgan_adam_30e.py', '../_base_/mrgan_runtime.py',
]
model = dict(
    image_size=28, image_channels=1, channels=64, num_conditions={{_base_.num_logits}})
train_dataloader = dict(batch_size=128, drop_last=True)
train_cfg = dict(max_epochs=20)
val_evaluator = dict(
    _delete_=True, type='FIDMetric',
    extractor='{{ fileDirname }}/cross-entropy_lenet5_1xb64-10e_mnist-28x28.py',
    checkpoint='work_dirs/cross-entropy_lenet5_1xb64-10e_mnist-28x28/epoch_10.pth')
test_evaluator = val_evaluator
