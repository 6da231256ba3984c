# PA-100K, 80,000 / 10,000 / 10,000 images, 26 binary attributes, 256x192.
_base_ = 'loaders_256x192.py'
num_attributes = 26
dataset = dict(type='PA100K', data_root='data/PA-100K')
train_dataloader = dict(dataset=dataset)
val_dataloader = dict(dataset=dataset)
test_dataloader = dict(dataset=dataset)
