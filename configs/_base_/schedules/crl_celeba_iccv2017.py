# CelebA from scratch, ICCV 2017: rate 0.001, batch 128, 200 epochs.
_base_ = 'crl_sgd.py'
optim_wrapper = dict(optimizer=dict(lr=0.001, weight_decay=5e-4))
train_cfg = dict(max_epochs=200)
auto_scale_lr = dict(base_batch_size=128, enable=False)
