import pytest
import torch
from mmengine.model import BaseModule
from torch import nn

from par_plugins.engine import checked_pretrained_init
from par_plugins.structures import InputError


class Backbone(BaseModule):
    def __init__(self, path, **options):
        super().__init__(dict(type='Pretrained', checkpoint=str(path), **options))
        self.conv = nn.Conv2d(1, 2, 3)
        self.fc = nn.Linear(2, 2)


@pytest.fixture
def path(tmp_path):
    weights = {f'backbone.{name}': w + 1 for name, w in Backbone('x').state_dict().items()}
    torch.save({'state_dict': {**weights, 'head.fc.weight': torch.ones(1)}}, tmp_path / 'net.pth')
    return tmp_path / 'net.pth'


def test_the_weights_below_the_prefix_come_in(path):
    backbone = Backbone(path, prefix='backbone')
    backbone.init_weights()
    weights = torch.load(path)['state_dict']
    assert all(torch.equal(w, weights[f'backbone.{n}']) for n, w in backbone.state_dict().items())


@pytest.mark.parametrize(
    ('options', 'sentence'),
    [
        ({'prefix': 'bakbone'}, "prefix 'bakbone': nothing in it .* begin with backbone, head$"),
        ({'prefix': 'head'}, r"prefix 'head': 4 of the 4 .* conv.weight \(missing\)"),
        ({}, r'net.pth: 4 of the 4 .* first conv.weight \(missing\)'),
    ],
)
def test_pretrained_weights_of_which_nothing_comes_in_are_an_error(path, options, sentence):
    with pytest.raises(InputError, match=sentence):
        Backbone(path, **options).init_weights()


def test_a_share_comes_in_and_is_said(path, monkeypatch):
    content = torch.load(path)
    del content['state_dict']['backbone.fc.bias']
    torch.save(content, path)
    said = []
    monkeypatch.setattr(checked_pretrained_init, 'print_log', lambda text, **_: said.append(text))
    Backbone(path, prefix='backbone').init_weights()
    assert len(said) == 1 and "prefix 'backbone': 3 of 4 tensors came in; 1 of the 4" in said[0]
