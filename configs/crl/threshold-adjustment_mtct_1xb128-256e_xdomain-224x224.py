# X-Domain with MTCT: cross-entropy, the decisions adjusted to the shares of values, by the
# schedule of TPAMI 2019.
#   tools/train.py configs/crl/threshold-adjustment_mtct_1xb128-256e_xdomain-224x224.py
# One GPU with 12 GB. Not run here. Published: paper-tpami2019.yml, table 5.
_base_ = 'cross-entropy_mtct_1xb128-256e_xdomain-224x224.py'
val_evaluator = [
    dict(type='BalancedAccuracyMetric'),
    dict(type='OperatingPointMetric', rule='threshold_adjustment')]
test_evaluator = val_evaluator
