# DeepFashion with ResNet-50 from scratch: class rectification of TPAMI 2019.
#   tools/train.py configs/crl/crl-class-relative_resnet50_1xb64-141e_deepfashion-attributes-224x224.py
# One GPU with 12 GB. Not run here. Published: paper-tpami2019.yml, table 7.
_base_ = 'cross-entropy_resnet50_1xb64-141e_deepfashion-attributes-224x224.py'
model = dict(head=dict(losses=dict(
    _delete_=True, crl=dict(type='ClassRectificationLossTPAMI2019'))))
