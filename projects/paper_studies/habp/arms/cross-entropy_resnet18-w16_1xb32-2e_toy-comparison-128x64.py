# The features of FID for the generator of the comparison on toys.
#   tools/train.py projects/paper_studies/habp/arms/cross-entropy_resnet18-w16_1xb32-2e_toy-comparison-128x64.py
_base_ = '../../../../configs/toy/cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
model = dict(backbone=dict(base_channels=16, stem_channels=16), head=dict(in_channels=128))
train_cfg = dict(max_epochs=2)
train_dataloader = dict(dataset=dict(data_root='data/toy_comparison'))
val_dataloader = dict(dataset=dict(data_root='data/toy_comparison'))
test_dataloader = dict(dataset=dict(data_root='data/toy_comparison'))
