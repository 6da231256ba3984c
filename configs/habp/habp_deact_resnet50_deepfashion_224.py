# DeepFashion's attributes with HABP on CE-B and deactivation: table 2.
#   tools/train.py configs/mrgan/mrgan_deepfashion_224.py --amp --cfg-options \
#     train_dataloader.dataset.with_category=False val_dataloader.dataset.with_category=False \
#     test_dataloader.dataset.with_category=False model.num_conditions=1000 \
#     --work-dir work_dirs/mrgan_deepfashion_attributes_224
#   tools/train.py configs/habp/habp_deact_resnet50_deepfashion_224.py
# One GPU with 16 GB. Not run here. Published: class-balanced accuracy 78.74 %.
_base_ = ['resnet50_deepfashion_224.py']
model = dict(
    type='DeactivationClassifier',
    head=dict(losses=dict(
        ce=dict(
            _delete_=True, type='HABPLoss', gamma=0.1,
            base=dict(type='AttributeCrossEntropyLoss', weighting='global_ratio')),
        deact=dict(type='DeactivationLoss', gamma=0.1, loss_weight=1e-3))))
custom_hooks = _base_.custom_hooks + [dict(
    type='MRGANGeneratorHook',
    config=dict(type='MRGAN', image_size=224, num_conditions={{_base_.num_attributes}}),
    checkpoint='work_dirs/mrgan_deepfashion_attributes_224/epoch_30.pth')]
