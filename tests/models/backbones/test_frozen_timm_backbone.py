import pytest
import torch
from mmengine.registry import MODELS

from par_plugins.structures import InputError

pytest.importorskip('timm')
FROZEN = ['conv_stem', 'bn1', 'blocks.0']


def build(**settings):
    # The narrowest of this family of networks in timm.
    return MODELS.build(
        {'type': 'FrozenTIMMBackbone', 'model_name': 'mobilenetv3_small_050', **settings}
    )


@pytest.fixture
def pictures():
    return torch.randn(4, 3, 64, 32, generator=torch.Generator().manual_seed(0))


def test_frozen_layers_keep_weights_and_averages_and_the_others_learn(pictures):
    network = build(frozen=FROZEN).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, weight_decay=0.1)
    network(pictures)[0].square().mean().backward()
    optimizer.step()
    changed = {n for n, value in network.state_dict().items() if not value.equal(before[n])}
    frozen = tuple(f'timm_model.{name}.' for name in FROZEN)
    assert not [name for name in changed if name.startswith(frozen)]
    assert {name for name, _ in network.named_parameters()} - changed == {
        name for name, _ in network.named_parameters() if name.startswith(frozen)
    }
    averages = [name for name in changed if name.endswith('running_mean')]
    assert averages and not [name for name in averages if name.startswith(frozen)]


def test_channels_last_computes_the_same(pictures):
    network = build().eval()
    other = build(channels_last=True).eval()
    other.load_state_dict(network.state_dict())
    with torch.no_grad():
        expected, output = network(pictures)[0], other(pictures)[0]
    assert output.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(output, expected)


def test_weights_under_timms_names_come_in_as_they_are(tmp_path):
    saved = build().timm_model.state_dict()
    torch.save(saved, tmp_path / 'in1k.pth')
    network = build(init_cfg={'type': 'Pretrained', 'checkpoint': str(tmp_path / 'in1k.pth')})
    assert not network.timm_model.conv_stem.weight.equal(saved['conv_stem.weight'])
    network.init_weights()
    for name, value in network.timm_model.state_dict().items():
        assert value.equal(saved[name]), name


def test_weights_of_another_network_are_refused(tmp_path):
    torch.save({'layer.weight': torch.zeros(1)}, tmp_path / 'other.pth')
    network = build(init_cfg={'type': 'Pretrained', 'checkpoint': str(tmp_path / 'other.pth')})
    with pytest.raises(InputError, match=r'other.pth: .* are missing .*, the first conv'):
        network.init_weights()


def test_a_layer_that_is_not_there_cannot_be_frozen():
    with pytest.raises(InputError, match=r"no layer 'stem'; it has conv_stem, bn1, blocks"):
        build(frozen=['stem'])
