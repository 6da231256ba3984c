# MNIST, 50,000 / 10,000 / 10,000 images of 28x28, one attribute of ten values.
num_logits = 10
image_size = (28, 28)
data_preprocessor = dict(mean=[127.5], std=[127.5])
schema = dict(attributes=[
    dict(name='digit', values=['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])])
dataset = dict(
    type='MNISTDigits', data_root='data/MNIST', pipeline=[dict(type='PackAttributeInputs')])
loader = dict(num_workers=1, collate_fn=dict(type='default_collate'))

train_dataloader = dict(
    **loader, batch_size=64, worker_init_fn=dict(type='seed_worker'),
    sampler=dict(type='DefaultSampler', shuffle=True), dataset=dict(**dataset, split='train'))
val_dataloader = dict(
    **loader, batch_size=500,
    sampler=dict(type='DefaultSampler', shuffle=False), dataset=dict(**dataset, split='val'))
test_dataloader = dict(
    **loader, batch_size=500,
    sampler=dict(type='DefaultSampler', shuffle=False), dataset=dict(**dataset, split='test'))
val_evaluator = dict(type='BalancedAccuracyMetric')
test_evaluator = val_evaluator
