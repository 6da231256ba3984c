# Cost-sensitive cross-entropy, exp(-r) as in the papers, in the comparison on long-tailed
# CIFAR-100.
#   tools/train.py projects/paper_studies/crl/arms/cost-sensitive_cifarnet_1xb256-800i_cifar100lt-32x32.py
_base_ = 'cross-entropy_cifarnet_1xb256-800i_cifar100lt-32x32.py'
model = dict(head=dict(losses=dict(ce=dict(weighting='exp', loss_weight=0.3679))))
