# APR on DukeMTMC-reID, all 702 training identities: identity and attributes, ResNet-50, SGD.
#   tools/train.py configs/apr/apr_resnet50_1xb64-55e_duke-702-224x224.py
# One GPU with 8 GB. The last weights are tested: --test last. Not run here. Published: paper.yml,
# table 2.
_base_ = [
    '../_base_/models/resnet50_apr.py', '../_base_/datasets/duke-702_224x224.py',
    '../_base_/schedules/sgd_apr_55e.py', '../_base_/default_runtime.py',
]
model = dict(head=dict(schema={{_base_.schema}}, num_identities={{_base_.num_identities}}))
val_cfg = None
default_hooks = dict(checkpoint=dict(save_best=None))
