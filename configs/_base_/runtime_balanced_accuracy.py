# What every run has in common, where the best checkpoint is that of the best balanced accuracy.
_base_ = 'runtime.py'
default_hooks = dict(checkpoint=dict(save_best='attribute/balanced_accuracy'))
