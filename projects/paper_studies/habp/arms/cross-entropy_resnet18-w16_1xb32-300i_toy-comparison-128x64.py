# The baseline of the losses for hard labels on toys: 300 steps of 32 images.
#   tools/train.py projects/paper_studies/habp/arms/cross-entropy_resnet18-w16_1xb32-300i_toy-comparison-128x64.py
_base_ = '../../dai/arms/cross-entropy_resnet18-w16_1xb32-600i_toy-comparison-128x64.py'
train_cfg = dict(max_iters=300, val_interval=300)
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=300))
train_dataloader = dict(num_workers=0)
test_dataloader = dict(num_workers=0)
test_evaluator = [dict(type='AttributeMetric'), dict(type='PositiveProbabilityMetric')]
