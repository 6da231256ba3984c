# Toy pedestrians: class rectification of ICCV 2017.
#   tools/train.py configs/toy/crl-iccv2017_resnet18_1xb32-6e_toy-pedestrians-128x64.py
# 2 CPU cores, about 2 minutes.
_base_ = 'cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(type='ClassRectificationLossICCV2017', miner='InstanceMiner'))))
