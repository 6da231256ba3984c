# HABP.
_base_ = 'cross-entropy_lite0-last-blocks_1xb32-300i_pa100k-128x64.py'
model = dict(head=dict(losses=dict(_delete_=True, habp=dict(type='HABPLoss'))))
