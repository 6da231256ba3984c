# HABP and deactivation in the comparison of losses for hard labels on toys.
#   tools/train.py projects/paper_studies/habp/arms/habp-deact_resnet18-w16_1xb32-300i_toy-comparison-128x64.py
_base_ = 'habp_resnet18-w16_1xb32-300i_toy-comparison-128x64.py'
model = dict(
    type='DeactivationClassifier',
    head=dict(losses=dict(deact=dict(
        type='DeactivationLoss', sampling='anchor', loss_weight=0.01))))
default_hooks = dict(generator=dict(
    type='MRGANGeneratorHook', interval=5, config='{{ fileDirname }}/mrgan_c8_1xb32-400i_toy-comparison-128x64.py',
    checkpoint='work_dirs/mrgan_c8_1xb32-400i_toy-comparison-128x64/iter_400.pth'))
