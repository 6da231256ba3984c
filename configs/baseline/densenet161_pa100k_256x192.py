# DAI's backbone and schedule on PA-100K without re-sampling: DenseNet-161, SGD.
#   tools/train.py configs/baseline/densenet161_pa100k_256x192.py
# One GPU with 16 GB. Not run here at full size: no expected number yet.
_base_ = [
    '../_base_/models/densenet161.py', '../_base_/datasets/pa100k_256x192_erasing.py',
    '../_base_/schedules/sgd_steps_40e.py', '../_base_/runtime.py',
]
model = dict(head=dict(num_attributes={{_base_.num_attributes}}))
