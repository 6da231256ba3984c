# DeepFashion's attributes with cross-entropy weighted by one ratio (CE-B): the baseline of table
# 2.
#   tools/train.py configs/habp/weighted-ce-b_resnet50_1xb16-15e_deepfashion-attributes-224x224.py
# One GPU with 12 GB. Not run here. Published: paper.yml, table 2.
_base_ = [
    '../_base_/models/resnet50.py', '../_base_/datasets/deepfashion-attributes_224x224.py',
    '../_base_/schedules/sgd_habp_15e.py', '../_base_/default_runtime.py',
]
model = dict(head=dict(
    num_attributes={{_base_.num_attributes}},
    losses=dict(ce=dict(weighting='global_ratio', reduction='mean'))))
train_dataloader = dict(batch_size={{_base_.auto_scale_lr.base_batch_size}})
default_hooks = dict(checkpoint=dict(save_best='attribute/balanced_accuracy'))
