# Faces: ResNet-50 on CelebA, cross-entropy, Adam.
#   tools/train.py configs/baseline/cross-entropy_resnet50_1xb64-30e_celeba-218x178.py
# One GPU with 8 GB. Not run here.
_base_ = [
    '../_base_/models/resnet50.py', '../_base_/datasets/celeba_218x178.py',
    '../_base_/schedules/adam_plateau_30e.py', '../_base_/default_runtime.py',
]
model = dict(head=dict(num_attributes={{_base_.num_attributes}}))
