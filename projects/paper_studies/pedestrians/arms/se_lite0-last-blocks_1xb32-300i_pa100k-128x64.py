# Squeeze-and-excitation of the last feature map, from scratch: this network's weights have none.
_base_ = 'cross-entropy_lite0-last-blocks_1xb32-300i_pa100k-128x64.py'
model = dict(backbone=dict(squeeze=0.0625))
