# Generated pedestrians in PA-100K's layout: tools/dataset/make_toy.py data/toy_pedestrians
_base_ = 'pa100k_128x64.py'
data_root = 'data/toy_pedestrians'

train_dataloader = dict(batch_size=32, num_workers=1, dataset=dict(data_root=data_root))
val_dataloader = dict(num_workers=1, dataset=dict(data_root=data_root))
test_dataloader = dict(num_workers=1, dataset=dict(data_root=data_root))
