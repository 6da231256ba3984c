# Faces: ResNet-50 on 218x178, cross-entropy, Adam.
#   tools/train.py configs/baseline/resnet50_celeba_218x178.py
# One GPU with 8 GB. Not run here: no expected number.
_base_ = [
    '../_base_/models/resnet50.py', '../_base_/datasets/celeba_218x178.py',
    '../_base_/schedules/adam_plateau_30e.py', '../_base_/runtime.py',
]
model = dict(head=dict(num_attributes={{_base_.num_attributes}}))
