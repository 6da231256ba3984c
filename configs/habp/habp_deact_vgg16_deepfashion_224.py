# DeepFashion, category and attributes, with HABP and deactivation: table 1.
#   tools/train.py configs/mrgan/mrgan_deepfashion_224.py --amp
#   tools/train.py configs/habp/habp_deact_vgg16_deepfashion_224.py
# One GPU with 16 GB. Not run here. Published: top-3 recall of all attributes 52.36, top-5 62.06.
_base_ = ['vgg16_deepfashion_224.py']
model = dict(
    type='DeactivationClassifier',
    head=dict(losses=dict(
        ce=dict(_delete_=True, type='HABPLoss'),
        deact=dict(type='DeactivationLoss', loss_weight=1e-4))))
custom_hooks = _base_.custom_hooks + [dict(
    type='MRGANGeneratorHook', config='configs/mrgan/mrgan_deepfashion_224.py',
    checkpoint='work_dirs/mrgan_deepfashion_224/epoch_30.pth')]
