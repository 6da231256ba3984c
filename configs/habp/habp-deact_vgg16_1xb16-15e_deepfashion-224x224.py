# DeepFashion, category and attributes: HABP and deactivation.
#   tools/train.py configs/habp/habp-deact_vgg16_1xb16-15e_deepfashion-224x224.py
# One GPU with 16 GB. Its generator first: configs/mrgan. Not run here. Published: paper.yml, table
# 1.
_base_ = 'habp_vgg16_1xb16-15e_deepfashion-224x224.py'
model = dict(
    type='DeactivationClassifier',
    head=dict(losses=dict(deact=dict(
        type='DeactivationLoss', loss_weight=1e-4))))
default_hooks = dict(generator=dict(
    type='MRGANGeneratorHook',
    config='{{ fileDirname }}/../mrgan/mrgan_c32_1xb128-30e_deepfashion-224x224.py',
    checkpoint='work_dirs/mrgan_c32_1xb128-30e_deepfashion-224x224/epoch_30.pth'))
