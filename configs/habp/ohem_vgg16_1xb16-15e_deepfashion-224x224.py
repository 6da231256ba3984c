# DeepFashion, category and attributes: OHEM, the hardest 17 % of the labels.
#   tools/train.py configs/habp/ohem_vgg16_1xb16-15e_deepfashion-224x224.py
# One GPU with 16 GB. Not run here. Published: paper.yml, table 1.
_base_ = 'cross-entropy_vgg16_1xb16-15e_deepfashion-224x224.py'
model = dict(head=dict(losses=dict(_delete_=True, ohem=dict(type='OHEMLoss'))))
