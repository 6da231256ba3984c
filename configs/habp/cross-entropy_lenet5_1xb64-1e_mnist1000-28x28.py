# LeNet-5 on 1000 images of MNIST, 500,000 samples.
#   tools/train.py configs/habp/cross-entropy_lenet5_1xb64-1e_mnist1000-28x28.py
# 2 CPU cores. Not run here. Published: paper.yml, table 3.
_base_ = '../mrgan/cross-entropy_lenet5_1xb64-10e_mnist-28x28.py'
train_dataloader = dict(dataset=dict(
    _delete_=True, type='mmengine.RepeatDataset', times=500,
    dataset=dict(**_base_.dataset, split='train', num_images=1000)))
train_cfg = dict(max_epochs=1)
