# PETA, 9,500 / 1,900 / 7,600 images, the 35 binary attributes that papers evaluate, 256x192.
# Partition 0 of five; another: --cfg-options {train,val,test}_dataloader.dataset.split_index=1
_base_ = 'loaders_256x192.py'
num_attributes = 35
dataset = dict(type='PETA', data_root='data/PETA')
train_dataloader = dict(dataset=dataset)
val_dataloader = dict(dataset=dataset)
test_dataloader = dict(dataset=dataset)
