# DeepFashion's 1,000 binary attributes without the category, cut to their boxes, 224x224.
_base_ = 'deepfashion_224x224.py'
num_attributes = 1000
train_dataloader = dict(dataset=dict(with_category=False))
val_dataloader = dict(dataset=dict(with_category=False))
test_dataloader = dict(dataset=dict(with_category=False))
val_evaluator = [
    dict(type='BalancedAccuracyMetric'), dict(type='BalancedAccuracyMetric', top_k=5),
    dict(type='TopKRecallMetric', ks=(3, 5))]
test_evaluator = val_evaluator
