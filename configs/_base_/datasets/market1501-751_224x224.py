# Market-1501 with all 751 training identities: none is left for validation, the last weights are tested.
_base_ = 'market1501-651_224x224.py'
num_identities = 751
train_dataloader = dict(dataset=dict(split='train'))
val_dataloader = None
val_evaluator = None
