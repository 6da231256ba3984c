"""A ResNet is loaded by torchvision alone, where it has the very tensors."""

import cv2
import numpy as np
import pytest
import torch

from par_plugins.datasets.attributes.pa100k import SCHEMA
from par_plugins.deployment.card_examples import card_examples
from par_plugins.deployment.portable_config import portable_config
from par_plugins.inference import AttributeInferencer
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from tests.inference.toy_model import config, stored


def resnet(**options):
    cfg = config(dict(type='AttributeHead', in_channels=512, num_attributes=26))
    cfg.model.backbone = dict(type='ResNet', depth=18, **options)
    return cfg


def test_ten_lines_of_torchvision_say_what_the_inferencer_says(tmp_path, monkeypatch):
    cfg = resnet()
    path = stored(cfg, tmp_path / 'weights.pth')
    weights = torch.load(path, weights_only=True)['state_dict']
    code = card_examples(portable_config(cfg, SCHEMA), weights, SCHEMA, 'weights.pth')['torch']
    assert 'torchvision.models.resnet18' in code and 'par_plugins' not in code
    assert len(code.splitlines()) <= 10
    cv2.imwrite(str(tmp_path / 'person.jpg'), ToyPedestrians(1).image(0))
    monkeypatch.chdir(tmp_path)
    shown = []
    exec(code, {'print': shown.append})
    (person,) = AttributeInferencer(cfg, path)('person.jpg')['predictions'][0]['people']
    expected = [answer['probability'] for answer in person['attributes'].values()]
    assert np.ravel(shown[0]) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize('option', ['wider', 'stem'])
def test_another_resnet_is_not_taken_for_one_of_torchvision(option, tmp_path):
    cfg = resnet(**{'wider': dict(stem_channels=32), 'stem': dict(deep_stem=True)}[option])
    weights = torch.load(stored(cfg, tmp_path / 'weights.pth'), weights_only=True)['state_dict']
    blocks = card_examples(portable_config(cfg, SCHEMA), weights, SCHEMA, 'weights.pth')
    assert 'torchvision' not in blocks['torch']


def test_a_pipeline_with_further_steps_has_no_block_of_plain_torch(tmp_path):
    cfg = resnet()
    cfg.test_dataloader.dataset.pipeline.insert(1, dict(type='CenterCrop', crop_size=32))
    weights = torch.load(stored(cfg, tmp_path / 'weights.pth'), weights_only=True)['state_dict']
    assert set(card_examples(portable_config(cfg, SCHEMA), weights, SCHEMA, 'w.pth')) == {
        'par_plugins',
        'mmpretrain',
    }
