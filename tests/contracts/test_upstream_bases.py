"""Upstream's model bases work with our dataset bases, normalised as their weights want it."""

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope

from tests.contracts.config_leaves import CONFIGS

LEAF = """
_base_ = [
    'mmpretrain::_base_/models/{base}.py', '{configs}/_base_/datasets/pa100k_256x192.py',
    '{configs}/_base_/schedules/adamw_cosine.py', '{configs}/_base_/default_runtime.py',
]
model = dict(
    train_cfg=None,
    head=dict(_delete_=True, type='AttributeHead', in_channels={channels}, num_attributes=26))
"""
BASES = {'convnext/convnext-tiny': 768, 'efficientnet_b0': 1280, 'resnet34': 512}


@pytest.mark.parametrize('base', BASES)
def test_a_model_base_of_upstream_composes_with_a_dataset_base_of_ours(base, tmp_path):
    path = tmp_path / 'leaf.py'
    path.write_text(LEAF.format(base=base, configs=CONFIGS, channels=BASES[base]), encoding='utf-8')
    cfg = Config.fromfile(path)
    assert cfg.data_preprocessor.to_rgb and cfg.data_preprocessor.mean == [123.675, 116.28, 103.53]
    init_default_scope(cfg.default_scope)
    model = MODELS.build({'data_preprocessor': cfg.data_preprocessor, **cfg.model}).eval()
    image = torch.zeros(3, 256, 192, dtype=torch.uint8)
    image[0] = 255  # blue, as it is read
    batch = model.data_preprocessor({'inputs': [image]})['inputs']
    assert batch[0, 2, 0, 0] == pytest.approx((255 - 103.53) / 57.375)
    with torch.no_grad():
        assert model(batch).shape == (1, 26)


@pytest.mark.parametrize(
    'path', sorted(CONFIGS.glob('_base_/datasets/*.py')), ids=lambda path: path.stem
)
def test_every_dataset_base_says_how_images_are_normalised(path):
    assert {'mean', 'std'} <= set(Config.fromfile(path).data_preprocessor)
