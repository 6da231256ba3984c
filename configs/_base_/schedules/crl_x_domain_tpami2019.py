# X-Domain after ImageNet (at 0.01), TPAMI 2019: rate 0.001, batch 128, 256 epochs.
_base_ = 'crl_sgd.py'
optim_wrapper = dict(optimizer=dict(lr=0.001, weight_decay=5e-4))
train_cfg = dict(max_epochs=256)
auto_scale_lr = dict(base_batch_size=128, enable=False)
