# Toy pedestrians: HABP, and deactivation on images of an MR-GAN of the same pedestrians.
#   tools/train.py configs/toy/resnet18_toy_pedestrians.py         # features of FID
#   tools/train.py configs/mrgan/mrgan_toy_pedestrians_128x64.py
#   tools/train.py configs/habp/habp_deact_resnet18_toy_pedestrians.py
# 2 CPU cores. comparison_toy.yml compares it with its parts and other losses.
_base_ = ['../toy/resnet18_toy_pedestrians.py']
model = dict(
    type='DeactivationClassifier',
    head=dict(losses=dict(
        ce=dict(_delete_=True, type='HABPLoss'),
        deact=dict(type='DeactivationLoss', sampling='anchor', loss_weight=0.01))))
custom_hooks = _base_.custom_hooks + [dict(
    type='MRGANGeneratorHook', config='configs/mrgan/mrgan_toy_pedestrians_128x64.py',
    checkpoint='work_dirs/mrgan_toy_pedestrians_128x64/epoch_30.pth', interval=5)]
