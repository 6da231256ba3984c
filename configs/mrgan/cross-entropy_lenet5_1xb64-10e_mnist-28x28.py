# LeNet-5 on the whole of MNIST: the features that FID of generated digits is taken with.
#   tools/train.py configs/mrgan/cross-entropy_lenet5_1xb64-10e_mnist-28x28.py
# 2 CPU cores.
_base_ = [
    '../_base_/models/lenet5.py', '../_base_/datasets/mnist_28x28.py',
    '../_base_/schedules/sgd_mnist_10e.py', '../_base_/default_runtime.py',
]
model = dict(head=dict(schema={{_base_.schema}}))
default_hooks = dict(checkpoint=dict(save_best='attribute/balanced_accuracy'))
