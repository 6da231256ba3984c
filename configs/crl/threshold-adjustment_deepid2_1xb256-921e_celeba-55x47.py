# CelebA with DeepID2 from scratch: cross-entropy, the decisions adjusted to the shares of values,
# by the schedule of TPAMI 2019.
#   tools/train.py configs/crl/threshold-adjustment_deepid2_1xb256-921e_celeba-55x47.py
# One GPU with 4 GB. Not run here. Published: paper-tpami2019.yml, table 3.
_base_ = 'cross-entropy_deepid2_1xb256-921e_celeba-55x47.py'
val_evaluator = [
    dict(type='BalancedAccuracyMetric'),
    dict(type='OperatingPointMetric', rule='threshold_adjustment')]
test_evaluator = val_evaluator
