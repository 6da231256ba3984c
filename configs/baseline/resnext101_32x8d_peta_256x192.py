# DAI's backbone and schedule on PETA without re-sampling: ResNeXt-101 32x8d, SGD.
#   tools/train.py configs/baseline/resnext101_32x8d_peta_256x192.py
# One GPU with 24 GB. Not run here; published: mA 71.59, F1 86.01.
_base_ = [
    '../_base_/models/resnext101_32x8d.py', '../_base_/datasets/peta_256x192_erasing.py',
    '../_base_/schedules/sgd_steps_40e.py', '../_base_/runtime.py',
]
model = dict(head=dict(num_attributes={{_base_.num_attributes}}))
