# LeNet-5 on the whole of MNIST: the features that FID of generated digits is taken with.
#   tools/train.py configs/mrgan/lenet5_mnist_28.py
# 2 CPU cores.
_base_ = [
    '../_base_/models/lenet5.py', '../_base_/datasets/mnist_28.py',
    '../_base_/runtime_balanced_accuracy.py',
]
model = dict(head=dict(schema={{_base_.schema}}))
optim_wrapper = dict(
    type='OptimWrapper', optimizer=dict(type='SGD', lr=0.01, momentum=0.9))
train_cfg = dict(by_epoch=True, max_epochs=10, val_interval=1)
val_cfg = dict()
test_cfg = dict()
