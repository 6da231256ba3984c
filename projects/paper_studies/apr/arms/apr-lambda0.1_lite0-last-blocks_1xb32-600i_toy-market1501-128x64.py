# The same with lambda 0.1.
_base_ = 'apr_lite0-last-blocks_1xb32-600i_toy-market1501-128x64.py'
model = dict(head=dict(lambda_id=0.1))
