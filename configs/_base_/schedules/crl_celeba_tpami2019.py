# CelebA from scratch, TPAMI 2019: rate 0.001, batch 256, 921 epochs.
_base_ = 'crl_sgd.py'
optim_wrapper = dict(optimizer=dict(lr=0.001, weight_decay=5e-4))
train_cfg = dict(max_epochs=921)
auto_scale_lr = dict(base_batch_size=256, enable=False)
