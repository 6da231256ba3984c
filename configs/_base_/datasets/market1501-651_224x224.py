# Market-1501 at 224x224, flipped at random and not cropped, with 12 attributes of each person.
# 651 training identities; queries and gallery of the other 100 are the validation set.
_base_ = 'loaders_256x192.py'
image_size = (224, 224)  # width, height
num_identities = 651
schema = dict(attributes=[
    'female', 'long_hair', dict(name='age', values=['young', 'teenager', 'adult', 'old']),
    'short_sleeve', 'short_lower_body', 'pants', 'hat', 'backpack', 'bag', 'handbag',
    dict(name='upper_color', values=[
        'black', 'white', 'red', 'purple', 'gray', 'blue', 'green', 'yellow']),
    dict(name='lower_color', values=[
        'black', 'white', 'pink', 'gray', 'blue', 'green', 'brown', 'yellow', 'purple']),
])
dataset = dict(type='Market1501', data_root='data/Market-1501', num_val_identities=100)

train_pipeline = _base_.train_pipeline
train_pipeline[1].scale = image_size
train_pipeline.pop(2)
test_pipeline = _base_.test_pipeline
test_pipeline[1].scale = image_size

train_dataloader = dict(
    dataset=dict(**dataset, split='train_without_val', pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(**dataset, split='val', pipeline=test_pipeline))
test_dataloader = dict(dataset=dict(**dataset, split='test', pipeline=test_pipeline))
# The paper's average precision, so that its tables can be compared; mA is of binary attributes.
val_evaluator = [
    dict(type='ReIDMetric', ap='trapezoid'), dict(type='AttributeAccuracyMetric'),
    dict(type='BalancedAccuracyMetric'), dict(type='AttributeMetric'),
    dict(type='OperatingPointMetric', rule='prior', required=False)]
test_evaluator = val_evaluator
