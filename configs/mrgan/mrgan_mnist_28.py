# MR-GAN on MNIST at 7, 14 and 28: 1M samples in batches of 128, as the paper's.
#   tools/train.py configs/mrgan/lenet5_mnist_28.py
#   tools/train.py configs/mrgan/mrgan_mnist_28.py
# A subset: train_dataloader.dataset.dataset.num_images=100 train_dataloader.dataset.times=500
_base_ = [
    '../_base_/models/mrgan.py', '../_base_/datasets/mnist_28.py',
    '../_base_/schedules/mrgan_adam_30e.py', '../_base_/runtime_mrgan.py',
]
model = dict(
    image_size=28, image_channels=1, channels=64, num_conditions={{_base_.num_logits}})
train_dataloader = dict(
    batch_size=128, drop_last=True,
    dataset=dict(
        _delete_=True, type='mmengine.RepeatDataset', times=1,
        dataset=dict(**_base_.dataset, split='train')))
train_cfg = dict(max_epochs=20)
val_evaluator = dict(
    _delete_=True, type='FIDMetric', extractor='configs/mrgan/lenet5_mnist_28.py',
    checkpoint='work_dirs/lenet5_mnist_28/epoch_10.pth')
test_evaluator = val_evaluator
