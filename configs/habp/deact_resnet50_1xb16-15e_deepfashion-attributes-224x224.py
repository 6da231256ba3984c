# DeepFashion's attributes with CE-B and deactivation.
#   tools/train.py configs/habp/deact_resnet50_1xb16-15e_deepfashion-attributes-224x224.py
# One GPU with 16 GB. Its generator first: configs/mrgan. Not run here. Published: paper.yml, table
# 2.
_base_ = 'weighted-ce-b_resnet50_1xb16-15e_deepfashion-attributes-224x224.py'
model = dict(
    type='DeactivationClassifier',
    head=dict(losses=dict(deact=dict(
        type='DeactivationLoss', gamma=0.1, loss_weight=1e-3))))
default_hooks = dict(generator=dict(
    type='MRGANGeneratorHook',
    config='{{ fileDirname }}/../mrgan/mrgan_c32_1xb128-30e_deepfashion-attributes-224x224.py',
    checkpoint='work_dirs/mrgan_c32_1xb128-30e_deepfashion-attributes-224x224/epoch_30.pth'))
