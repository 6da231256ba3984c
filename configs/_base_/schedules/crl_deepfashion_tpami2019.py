# DeepFashion from scratch, TPAMI 2019: rate 0.01, decay 4e-5, batch 64, 141 epochs.
_base_ = 'crl_sgd.py'
optim_wrapper = dict(optimizer=dict(lr=0.01, weight_decay=4e-5))
train_cfg = dict(max_epochs=141)
auto_scale_lr = dict(base_batch_size=64, enable=False)
