# RAP v1, 33,268 training and 8,317 test images, 51 binary attributes, 256x192; partition 0 of five.
# It has no validation images. Epochs are never picked on the test images: a tenth of the training
# images, stratified by attribute, is held out for that and not trained on, by this command:
#   tools/dataset/split.py RAPv1 data/RAP data/RAP/with_val.csv \
#     --split train --parts train=9 val=1 --keep test
_base_ = 'loaders_256x192.py'
num_attributes = 51
dataset = dict(type='AttributeCSV', data_root='data/RAP', ann_file='with_val.csv')
train_dataloader = dict(dataset=dataset)
val_dataloader = dict(dataset=dataset)
test_dataloader = dict(dataset=dataset)
