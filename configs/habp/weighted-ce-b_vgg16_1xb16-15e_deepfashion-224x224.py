# DeepFashion, category and attributes: cross-entropy weighted by one ratio (CE-B).
#   tools/train.py configs/habp/weighted-ce-b_vgg16_1xb16-15e_deepfashion-224x224.py
# One GPU with 16 GB. Not run here. Published: paper.yml, table 1.
_base_ = 'cross-entropy_vgg16_1xb16-15e_deepfashion-224x224.py'
model = dict(head=dict(losses=dict(ce=dict(weighting='global_ratio'))))
