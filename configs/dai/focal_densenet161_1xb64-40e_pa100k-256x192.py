# Focal loss on PA-100K; its gamma is in no text.
#   tools/train.py configs/dai/focal_densenet161_1xb64-40e_pa100k-256x192.py
# One GPU with 16 GB. Not run here. Published: paper.yml, table 1.
_base_ = '../baseline/cross-entropy_densenet161_1xb64-40e_pa100k-256x192.py'
model = dict(head=dict(losses=dict(
    _delete_=True, focal=dict(type='AttributeFocalLoss', gamma=2))))
