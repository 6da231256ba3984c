"""Paths of a machine become relative ones; everything else stays."""

import pytest
from mmengine.config import Config

from par_plugins.datasets.attributes.pa100k import SCHEMA
from par_plugins.deployment.portable_config import initial_weights, portable_config


@pytest.mark.parametrize(
    ('root', 'expected'),
    [
        ('/home/someone/sets/PA-100K/', 'data/PA-100K'),
        ('~/PA-100K', 'data/PA-100K'),
        ('../../someone/PA-100K', 'data/PA-100K'),
        ('C:\\Users\\someone\\PA-100K', 'data/PA-100K'),
        ('file:///home/someone/PA-100K', 'data/PA-100K'),
        ('/', 'data/data'),
        ('data/PA-100K', 'data/PA-100K'),
        ('', ''),
    ],
)
def test_a_datasets_root_is_below_data(root, expected):
    cfg = Config(dict(model={}, test_dataloader=dict(dataset=dict(data_root=root))))
    content = portable_config(cfg, SCHEMA)
    assert content['test_dataloader']['dataset']['data_root'] == expected


def test_other_paths_keep_their_last_name_and_other_words_are_left():
    words = ['accuracy/top1', 'a/b.csv', '1/2', 'http://example.org/a', 'mmpretrain.ResNet', '/']
    cfg = Config(dict(model=dict(type='mmpretrain.Net'), ann_file='/x/y/train.csv', words=words))
    content = portable_config(cfg, SCHEMA)
    assert content['ann_file'] == 'train.csv' and content['model']['type'] == 'Net'
    assert content['words'] == [*words[:-1], 'data']


def test_the_network_begins_with_no_other_weights_and_their_public_addresses_are_told():
    public, local = 'https://example.org/resnet.pth', '/home/someone/resnet.pth'
    inner = 'https://storage/resnet.pth'
    model = dict(
        type='ImageClassifier',
        backbone=dict(type='ResNet', init_cfg=dict(type='Pretrained', checkpoint=public)),
        neck=dict(type='Neck', init_cfg=dict(type='Pretrained', checkpoint=local)),
        head=dict(type='Head', schema='dataset', init_cfg=dict(checkpoint=inner)),
    )
    cfg = Config(dict(model=model, data_preprocessor=dict(mean=[1.0])))
    content = portable_config(cfg, SCHEMA)
    assert content['model'] == dict(
        type='ImageClassifier',
        backbone=dict(type='ResNet'),
        neck=dict(type='Neck'),
        head=dict(type='Head', schema=SCHEMA.to_dict()),
        data_preprocessor=dict(mean=[1.0]),
    )
    assert initial_weights(cfg) == [public]
