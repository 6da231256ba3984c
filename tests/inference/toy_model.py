"""A small network with random but fixed weights, stored as a run stores them."""

import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope

import par_plugins  # noqa: F401 (registers)
from par_plugins.datasets.attributes.pa100k import SCHEMA

SIZE = (32, 64)  # width, height


def config(head=None):
    """A config as the tools read it."""
    return Config(
        dict(
            default_scope='mmpretrain',
            model=dict(
                type='ImageClassifier',
                data_preprocessor=dict(
                    mean=[123.0, 116.0, 103.0], std=[58.0, 57.0, 57.0], to_rgb=True
                ),
                backbone=dict(type='MobileNetV2', widen_factor=0.1, out_indices=(7,)),
                neck=dict(type='GlobalAveragePooling'),
                head=head or dict(type='AttributeHead', in_channels=1280, num_attributes=26),
            ),
            test_dataloader=dict(
                collate_fn=dict(type='default_collate'),
                dataset=dict(
                    pipeline=[
                        dict(type='LoadPersonImage'),
                        dict(type='Resize', scale=SIZE),
                        dict(type='PackAttributeInputs'),
                    ]
                ),
            ),
        )
    )


def stored(cfg, path, schema=SCHEMA, **meta):
    """Write a checkpoint of the config's network."""
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope('mmpretrain'):
        model = MODELS.build(cfg.model.to_dict())
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
        if schema is not None and hasattr(module, 'set_schema'):
            module.set_schema(schema)
    # Batch norm takes the averages of noise, so that pictures are told apart behind it.
    model.train().extract_feat(torch.randn(16, 3, SIZE[1], SIZE[0]))
    if schema is not None:
        meta['dataset_meta'] = {'schema': schema.to_dict()}
    torch.save({'state_dict': model.state_dict(), 'meta': meta}, path)
    return str(path)
