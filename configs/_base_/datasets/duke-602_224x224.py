# DukeMTMC-reID at 224x224, with 10 attributes of each person.
# 602 training identities; queries and gallery of the other 100 are the validation set.
_base_ = 'market1501-651_224x224.py'
num_identities = 602
schema = dict(_delete_=True, attributes=[
    'female', 'hat', 'boots', 'long_upper_body', 'backpack', 'handbag', 'bag', 'light_shoes',
    dict(name='upper_color', values=[
        'black', 'white', 'red', 'purple', 'gray', 'blue', 'green', 'brown']),
    dict(name='lower_color', values=[
        'black', 'white', 'red', 'gray', 'blue', 'green', 'brown']),
])
dataset = dict(type='DukeMTMCreID', data_root='data/DukeMTMC-reID')

train_dataloader = dict(dataset=dataset)
val_dataloader = dict(dataset=dataset)
test_dataloader = dict(dataset=dataset)
