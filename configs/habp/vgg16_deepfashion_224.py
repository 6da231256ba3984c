# DeepFashion, category and attributes, with cross-entropy: the baseline of table 1.
#   tools/train.py configs/habp/vgg16_deepfashion_224.py
# One GPU with 12 GB. Not run here; the paper's number is lost in its text. The other rows of table 1
# are options of this leaf, see the README.
_base_ = [
    '../_base_/models/habp_vgg16.py', '../_base_/datasets/deepfashion_224.py',
    '../_base_/schedules/sgd_habp_15e.py', '../_base_/runtime.py',
]
model = dict(head=dict(num_logits={{_base_.num_logits}}))
train_dataloader = dict(batch_size={{_base_.auto_scale_lr.base_batch_size}})
val_evaluator = dict(_delete_=True, type='TopKRecallMetric')
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best='attribute/top3_recall'))
