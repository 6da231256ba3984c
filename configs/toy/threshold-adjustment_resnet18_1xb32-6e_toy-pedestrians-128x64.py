# Toy pedestrians: cross-entropy, the decisions adjusted to the shares of values.
#   tools/train.py configs/toy/threshold-adjustment_resnet18_1xb32-6e_toy-pedestrians-128x64.py
# 2 CPU cores, about 2 minutes.
_base_ = 'cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
val_evaluator = [
    dict(type='AttributeMetric'),
    dict(type='OperatingPointMetric', rule='threshold_adjustment')]
test_evaluator = val_evaluator
