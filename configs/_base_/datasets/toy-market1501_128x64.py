# Generated pedestrians in Market-1501's layout, 250 training and 50 validation identities:
#   tools/dataset/make_toy.py data/toy_market1501 --layout market1501 --train 3600 --test 1800 \
#     --difficulty 1.25
_base_ = 'market1501-651_224x224.py'
image_size = (64, 128)  # width, height
num_identities = 250
dataset = dict(data_root='data/toy_market1501', num_val_identities=50)

train_pipeline = _base_.train_pipeline
train_pipeline[1].scale = image_size
test_pipeline = _base_.test_pipeline
test_pipeline[1].scale = image_size

train_dataloader = dict(
    batch_size=32, num_workers=1, dataset=dict(**dataset, pipeline=train_pipeline))
val_dataloader = dict(num_workers=1, dataset=dict(**dataset, pipeline=test_pipeline))
test_dataloader = dict(num_workers=1, dataset=dict(**dataset, pipeline=test_pipeline))
val_evaluator = _base_.val_evaluator
val_evaluator[0] = dict(type='ReIDMetric')
test_evaluator = val_evaluator
