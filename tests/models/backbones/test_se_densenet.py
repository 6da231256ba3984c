"""Squeeze-and-excitation on the backbones of the DAI paper."""

import pytest
import torch
from mmengine.registry import MODELS
from mmpretrain.models import DenseNet, ResNeXt, SEResNeXt

from par_plugins.models.backbones import SEDenseNet

TINY = {'growth_rate': 8, 'depths': [2, 3, 2], 'init_channels': 16}


def images(num=2):
    return torch.randn(num, 3, 64, 32, generator=torch.Generator().manual_seed(0))


def tiny(cls=SEDenseNet, **options):
    torch.manual_seed(0)
    return cls(arch=TINY, **options)


def test_an_se_layer_of_a_sixteenth_follows_each_dense_block():
    net = tiny()
    widths = [(layer.conv1.conv.in_channels, layer.conv1.conv.out_channels, layer.conv2.conv)
              for layer in net.se_layers]  # fmt: skip
    # 16 + 2 x 8, half of it + 3 x 8, half of it + 2 x 8; the squeeze is a multiple of 8
    assert [width for width, _, _ in widths] == [32, 40, 36]
    assert {squeeze for _, squeeze, _ in widths} == {8}
    assert [conv.out_channels for _, _, conv in widths] == [32, 40, 36]
    assert tiny(se_ratio=2).se_layers[0].conv1.conv.out_channels == 16


def test_it_is_densenet_where_the_se_layers_let_everything_through():
    net, plain = tiny(), tiny(DenseNet)
    net.eval(), plain.eval()  # upstream's give nothing back
    plain.load_state_dict(net.state_dict(), strict=False)
    with torch.no_grad():
        assert not torch.allclose(net(images())[0], plain(images())[0])
        for layer in net.se_layers:
            layer.conv2.conv.weight.zero_()
            layer.conv2.conv.bias.fill_(100)  # sigmoid 1
        torch.testing.assert_close(net(images())[0], plain(images())[0])


def test_a_closed_se_layer_shuts_its_channel():
    net, seen = tiny(), []
    net.eval()
    net.transitions[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        layer = net.se_layers[0]
        layer.conv2.conv.weight.zero_()
        layer.conv2.conv.bias.fill_(100)
        layer.conv2.conv.bias[5] = -100
        net(images())
    assert seen[0][:, 5].abs().max() < 1e-20
    assert seen[0][:, [4, 6]].abs().max() > 1e-3


def test_weights_of_a_plain_densenet_load(tmp_path):
    plain = tiny(DenseNet)
    torch.save({'state_dict': {f'backbone.{k}': v for k, v in plain.state_dict().items()}},
               tmp_path / 'plain.pth')  # fmt: skip
    net = tiny(init_cfg={
        'type': 'Pretrained', 'checkpoint': str(tmp_path / 'plain.pth'), 'prefix': 'backbone',
    })  # fmt: skip
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(1)
    net.init_weights()
    loaded = net.state_dict()
    assert all(loaded[name].equal(value) for name, value in plain.state_dict().items())


def test_every_parameter_of_the_se_layers_is_trained():
    net = tiny()
    net(images())[0].square().sum().backward()
    assert all(p.grad.abs().sum() > 0 for name, p in net.named_parameters() if 'conv2' in name)
    assert all(p.grad is not None for p in net.se_layers.parameters())


def test_frozen_stages_freeze_their_se_layers():
    net = tiny(frozen_stages=2)
    net.train()
    frozen = [not any(p.requires_grad for p in layer.parameters()) for layer in net.se_layers]
    assert frozen == [True, True, False]
    assert not net.se_layers[0].training and net.se_layers[2].training


@pytest.mark.parametrize(
    ('plain', 'attending', 'options', 'se'),
    [
        (DenseNet, 'SEDenseNet', {'arch': '161'}, 'se_layers.'),
        (ResNeXt, 'SEResNeXt', {'depth': 101, 'groups': 32, 'width_per_group': 8}, '.se_layer.'),
    ],
)
def test_the_papers_backbones_are_the_plain_ones_and_se_layers(
    monkeypatch, plain, attending, options, se
):
    """Only the type changes, and the plain network's ImageNet weights fit."""
    monkeypatch.setattr(torch.nn.Conv2d, 'reset_parameters', lambda _: None)  # takes seconds
    expected = plain(**options).state_dict()
    net = MODELS.build({'type': attending, '_scope_': 'mmpretrain', **options})
    assert isinstance(net, (SEDenseNet, SEResNeXt))
    found = {name: value.shape for name, value in net.state_dict().items()}
    added = [name for name in found if name not in expected]
    assert added and all(se in name for name in added)
    assert {name: value.shape for name, value in expected.items()} == {
        name: shape for name, shape in found.items() if name not in added
    }
