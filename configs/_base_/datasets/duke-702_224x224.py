# DukeMTMC-reID with all 702 training identities: none is left for validation, the last weights are tested.
_base_ = 'duke-602_224x224.py'
num_identities = 702
train_dataloader = dict(dataset=dict(split='train'))
val_dataloader = None
val_evaluator = None
