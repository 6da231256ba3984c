"""What is written can be read without running it, and means the same."""

import pytest
from mmengine.config import Config

from par_plugins.inference.plain_config import plain_config_text, read_plain_config
from par_plugins.structures import InputError
from tests.inference.toy_model import config


def test_a_config_comes_back_as_mmengine_reads_it(tmp_path):
    content = {**config().to_dict(), 'rate': 1e-3, 'none': None, 'names': ('ä', "it's", 'a\nb')}
    (tmp_path / 'config.py').write_text(plain_config_text(content, source=''), encoding='utf-8')
    read = read_plain_config(tmp_path / 'config.py')
    assert read.to_dict() == content
    assert Config.fromfile(tmp_path / 'config.py').to_dict() == content


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ({'a': {'type': 'torch.nn.ReLU'}}, "a.type is 'torch.nn.ReLU', not a name"),
        ({'a': [{'type': print}]}, 'a.0.type is <built-in'),
        ({'a': {'b': print}}, 'a.b is <built-in'),
        ({'a': float('inf')}, 'a is inf'),
    ],
)
def test_what_no_file_can_hold_is_refused(content, message):
    with pytest.raises(InputError, match=message):
        plain_config_text(content, source='the config')


@pytest.mark.parametrize(
    'text', ['import os', 'a = b = 1\nc(', 'a = open(1)', 'a[0] = 1', 'a = ' + '[' * 9999]
)
def test_what_is_no_plain_value_is_refused(text, tmp_path):
    (tmp_path / 'config.py').write_text(text, encoding='utf-8')
    with pytest.raises(InputError, match='config.py: not a config of plain values'):
        read_plain_config(tmp_path / 'config.py')


EVIL = {'type': 'MultiLabelDataset', 'ann_file': 'https://evil.example/labels.pkl'}
RETRIEVER = {'type': 'ImageToImageRetriever', 'prototype': {'dataset': EVIL}}
FROM_A_HUB = {'type': 'HuggingFaceClassifier', 'trust_remote_code': True}


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ({'model': RETRIEVER}, 'run code'),
        ({'model': {'backbone': {'model_name': 'hf_hub:somebody/network'}}}, 'fetched'),
        ({'dataset': {'type': 'ConcatDataset', 'datasets': [EVIL]}}, 'run code'),
        ({'default_scope': 'mmengine', 'a': {**EVIL, '_scope_': 'mmpretrain'}}, '_scope_'),
        ({'model': FROM_A_HUB}, 'code of its own'),
    ],
)
def test_what_would_run_code_when_it_is_built_is_refused(content, message, tmp_path):
    text = ''.join(f'{name} = {value!r}\n' for name, value in content.items())
    (tmp_path / 'config.py').write_text(text, encoding='utf-8')
    with pytest.raises(InputError, match=message):
        read_plain_config(tmp_path / 'config.py')
    with pytest.raises(InputError, match=message):
        plain_config_text(content, source='the config')
