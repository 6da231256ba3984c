# Manifold mixup (Verma et al., ICML 2019): what the frozen blocks give is mixed, and labels with it.
_base_ = 'cross-entropy_lite0-last-blocks_1xb32-300i_pa100k-128x64.py'
model = dict(type='AttributeMixupClassifier', mixup_alpha=0.2)
