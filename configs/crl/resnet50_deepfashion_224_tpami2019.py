# DeepFashion: ResNet-50 from scratch with cross-entropy; the paper: 52.20 with 5 predicted.
#   tools/train.py configs/crl/resnet50_deepfashion_224_tpami2019.py
# One GPU with 12 GB. Not run here: no expected number.
_base_ = [
    '../_base_/models/resnet50.py', '../_base_/datasets/deepfashion_attributes_224.py',
    '../_base_/schedules/crl_deepfashion_tpami2019.py',
    '../_base_/runtime.py',
]
default_hooks = dict(checkpoint=dict(save_best='attribute/top5_balanced_accuracy'))
train_dataloader = dict(batch_size={{_base_.auto_scale_lr.base_batch_size}})
model = dict(
    backbone=dict(init_cfg=None),
    head=dict(num_attributes={{_base_.num_attributes}}))
