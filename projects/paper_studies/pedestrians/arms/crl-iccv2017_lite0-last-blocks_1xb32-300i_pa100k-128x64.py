# Class rectification of ICCV 2017, instance level, relative: the best of its paper.
_base_ = 'cross-entropy_lite0-last-blocks_1xb32-300i_pa100k-128x64.py'
model = dict(head=dict(losses=dict(_delete_=True,
    crl=dict(type='ClassRectificationLossICCV2017', miner=dict(type='InstanceMiner')))))
