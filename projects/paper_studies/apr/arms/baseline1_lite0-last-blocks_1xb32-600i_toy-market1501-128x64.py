# The identity alone, whose loss has no lambda.
_base_ = 'apr_lite0-last-blocks_1xb32-600i_toy-market1501-128x64.py'
model = dict(head=dict(losses=dict(_delete_=True), lambda_id=1))
test_evaluator = dict(_delete_=True, type='ReIDMetric')
