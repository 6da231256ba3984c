# DeepFashion, category and attributes, with cross-entropy: the baseline of table 1.
#   tools/train.py configs/habp/cross-entropy_vgg16_1xb16-15e_deepfashion-224x224.py
# One GPU with 16 GB. Not run here. Published: paper.yml, table 1.
_base_ = [
    '../_base_/models/habp_vgg16.py', '../_base_/datasets/deepfashion_224x224.py',
    '../_base_/schedules/sgd_habp_15e.py', '../_base_/default_runtime.py',
]
model = dict(head=dict(num_logits={{_base_.num_logits}}))
train_dataloader = dict(batch_size={{_base_.auto_scale_lr.base_batch_size}})
val_evaluator = dict(_delete_=True, type='TopKRecallMetric')
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='attribute/top3_recall'))
