# RAP v2, 50,957 / 16,986 / 16,985 images, 54 binary attributes, 256x192; partition 0 of five.
# Uncertain labels are unknown, as the authors of RAP ignore them.
_base_ = 'loaders_256x192.py'
num_attributes = 54
dataset = dict(type='RAPv2', data_root='data/RAPv2')
train_dataloader = dict(dataset=dataset)
val_dataloader = dict(dataset=dataset)
test_dataloader = dict(dataset=dataset)
