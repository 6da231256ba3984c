# Toy pedestrians: mixup.
#   tools/train.py configs/toy/mixup_resnet18_1xb32-6e_toy-pedestrians-128x64.py
# 2 CPU cores, about 2 minutes.
_base_ = 'cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
model = dict(type='AttributeMixupClassifier', mixup_alpha=0.2)
