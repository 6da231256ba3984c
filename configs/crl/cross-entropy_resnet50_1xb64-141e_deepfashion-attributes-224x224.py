# DeepFashion with ResNet-50 from scratch: cross-entropy, five attributes predicted.
#   tools/train.py configs/crl/cross-entropy_resnet50_1xb64-141e_deepfashion-attributes-224x224.py
# One GPU with 12 GB. Not run here. Published: paper-tpami2019.yml, table 7.
_base_ = [
    '../_base_/models/resnet50.py', '../_base_/datasets/deepfashion-attributes_224x224.py',
    '../_base_/schedules/crl_deepfashion_tpami2019.py', '../_base_/default_runtime.py',
]
train_dataloader = dict(batch_size={{_base_.auto_scale_lr.base_batch_size}})
model = dict(
    backbone=dict(init_cfg=None),
    head=dict(num_attributes={{_base_.num_attributes}}))
default_hooks = dict(checkpoint=dict(save_best='attribute/top5_balanced_accuracy'))
