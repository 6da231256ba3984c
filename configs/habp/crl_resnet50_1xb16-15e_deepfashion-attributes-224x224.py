# DeepFashion's attributes with class rectification of TPAMI 2019 beside HABP's rows.
#   tools/train.py configs/habp/crl_resnet50_1xb16-15e_deepfashion-attributes-224x224.py
# One GPU with 12 GB. Not run here. Published: paper.yml, table 2.
_base_ = 'weighted-ce-b_resnet50_1xb16-15e_deepfashion-attributes-224x224.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(type='ClassRectificationLossTPAMI2019'))))
