# DeepFashion, category and attributes: weighted focal loss, at the base rate that the paper found
# best for it.
#   tools/train.py configs/habp/weighted-focal_vgg16_1xb16-15e_deepfashion-224x224.py
# One GPU with 16 GB. Not run here. Published: paper.yml, table 1.
_base_ = 'cross-entropy_vgg16_1xb16-15e_deepfashion-224x224.py'
model = dict(head=dict(losses=dict(
    _delete_=True, focal=dict(type='AttributeFocalLoss', weighting='attribute'))))
optim_wrapper = dict(optimizer=dict(lr=0.15))
