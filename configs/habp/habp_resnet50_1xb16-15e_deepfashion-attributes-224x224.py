# DeepFashion's attributes with HABP on CE-B.
#   tools/train.py configs/habp/habp_resnet50_1xb16-15e_deepfashion-attributes-224x224.py
# One GPU with 12 GB. Not run here. Published: paper.yml, table 2.
_base_ = 'weighted-ce-b_resnet50_1xb16-15e_deepfashion-attributes-224x224.py'
model = dict(head=dict(losses=dict(_delete_=True, habp=dict(
    type='HABPLoss', gamma=0.1,
    base=dict(type='AttributeCrossEntropyLoss', weighting='global_ratio')))))
