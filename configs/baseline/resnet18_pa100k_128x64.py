# The size that a CPU can train: ResNet-18 on 128x64.
#   tools/train.py configs/baseline/resnet18_pa100k_128x64.py
# On a sample of 2,000 images from scratch, 20 epochs, 2 CPU cores, 4 minutes: mA 66.0 +- 0.6
# (seeds 0, 1, 2; README.md beside this file has the command).
_base_ = [
    '../_base_/models/resnet18.py', '../_base_/datasets/pa100k_128x64.py',
    '../_base_/schedules/adamw_cosine.py', '../_base_/runtime.py',
]
model = dict(head=dict(num_attributes={{_base_.num_attributes}}))
