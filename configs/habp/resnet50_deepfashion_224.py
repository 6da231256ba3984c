# DeepFashion's attributes with cross-entropy weighted by one ratio (CE-B): the baseline of table 2.
#   tools/train.py configs/habp/resnet50_deepfashion_224.py
# One GPU with 12 GB. Not run here. Published: class-balanced accuracy 76.73 %.
_base_ = [
    '../_base_/models/resnet50.py', '../_base_/datasets/deepfashion_attributes_224.py',
    '../_base_/schedules/sgd_habp_15e.py', '../_base_/runtime_balanced_accuracy.py',
]
model = dict(head=dict(
    num_attributes={{_base_.num_attributes}},
    losses=dict(ce=dict(weighting='global_ratio', reduction='mean'))))
train_dataloader = dict(batch_size={{_base_.auto_scale_lr.base_batch_size}})
