# APR on toys with lambda 0.3, without the attributes of hair.
#   tools/train.py projects/paper_studies/apr/arms/apr-without-hair_resnet18_1xb32-12e_toy-market1501-128x64.py
_base_ = '../../../../configs/toy/apr-lambda0.3_resnet18_1xb32-12e_toy-market1501-128x64.py'
attributes = [
    'female', 'age', 'short_sleeve', 'short_lower_body', 'pants', 'hat', 'backpack', 'bag',
    'handbag', 'upper_color', 'lower_color'
]
model = dict(head=dict(attributes=attributes))
train_dataloader = dict(dataset=dict(attributes=attributes))
val_dataloader = dict(dataset=dict(attributes=attributes))
test_dataloader = dict(dataset=dict(attributes=attributes))
