# The baseline of the learning rates on toys: SGD with momentum, 150 steps, tested on the
# validation images. The rate: --cfg-options optim_wrapper.optimizer.lr=0.1
#   tools/train.py projects/paper_studies/habp/arms/cross-entropy_resnet18-w16_1xb32-150i_toy-comparison-128x64.py
_base_ = 'cross-entropy_resnet18-w16_1xb32-300i_toy-comparison-128x64.py'
model = dict(head=dict(losses=dict(ce=dict(reduction='mean'))))
optim_wrapper = dict(optimizer=dict(_delete_=True, type='SGD', lr=0.01, momentum=0.9))
train_cfg = dict(max_iters=150, val_interval=150)
param_scheduler = None
default_hooks = dict(checkpoint=dict(interval=150))
test_dataloader = dict(dataset=dict(split='val'))
test_evaluator = dict(_delete_=True, type='AttributeMetric')
