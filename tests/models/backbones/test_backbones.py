"""Networks that upstream lacks: sizes counted by hand, shapes, gradients, registry."""

import pytest
import torch
from mmengine.registry import MODELS

from par_plugins.models.backbones import (
    HABPVGG,
    CifarDenseNet,
    CifarNet,
    CifarResNet,
    DeepID2Net,
    MTCTNet,
    ReLULeNet,
)


def conv(before, after, kernel, bias=True):
    return before * after * kernel**2 + after * bias


def nin(before, after, kernel):
    return conv(before, after, kernel) + 2 * conv(after, after, 1)


def basic_block(before, after):
    """Two 3 x 3 convolutions with batch norms; a projection where the width changes."""
    size = 9 * before * after + 9 * after**2 + 4 * after
    return size if before == after else size + before * after + 2 * after


def dense_block(before, num_layers=12, growth=12):
    """A batch norm and a 3 x 3 convolution a layer, each wider than the one before."""
    widths = [before + i * growth for i in range(num_layers)]
    return sum(2 * width + 9 * width * growth for width in widths)


VGG16 = sum(
    conv(before, after, 3)
    for before, after in [
        *((3, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256), (256, 256)),
        *((256, 512), (512, 512), (512, 512), (512, 512), (512, 512), (512, 512)),
    ]
)
NETWORKS = {
    # (class, options), image, output, parameters
    'DeepID2Net': (
        (DeepID2Net, {}),
        (3, 55, 47),
        (160,),
        # 55 x 47 -> 52 x 44 -> 26 x 22 -> 24 x 20 -> 12 x 10 -> 10 x 8 -> 5 x 4 -> 4 x 3
        conv(3, 20, 4) + conv(20, 40, 3) + conv(40, 60, 3) + conv(60, 80, 2)
        + (60 * 5 * 4 + 80 * 4 * 3 + 1) * 160,
    ),
    'MTCTNet': (
        (MTCTNet, {}),
        (3, 224, 224),
        (512, 5, 5),  # 224 -> 54 -> 26 -> 12 -> 5
        nin(3, 96, 11) + nin(96, 256, 5) + nin(256, 384, 3) + nin(384, 512, 3) + nin(512, 512, 3),
    ),
    'CifarNet': (
        (CifarNet, {}),
        (3, 32, 32),
        (64,),
        conv(3, 32, 5) + conv(32, 32, 5) + conv(32, 64, 5) + (64 * 4 * 4 + 1) * 64,
    ),
    'CifarNet slim': (
        (CifarNet, {'variant': 'slim'}),
        (3, 32, 32),
        (192,),
        conv(3, 64, 5) + conv(64, 64, 5) + (64 * 8 * 8 + 1) * 384 + (384 + 1) * 192,
    ),
    'CifarResNet': (
        (CifarResNet, {}),
        (3, 32, 32),
        (64, 8, 8),
        conv(3, 16, 3, bias=False) + 2 * 16
        + 5 * basic_block(16, 16)
        + basic_block(16, 32) + 4 * basic_block(32, 32)
        + basic_block(32, 64) + 4 * basic_block(64, 64),
    ),
    'CifarDenseNet': (
        (CifarDenseNet, {}),
        (3, 32, 32),
        (448, 8, 8),
        conv(3, 16, 3, bias=False)
        + dense_block(16) + 2 * 160 + 160**2
        + dense_block(160) + 2 * 304 + 304**2
        + dense_block(304) + 2 * 448,
    ),
    'ReLULeNet': (
        (ReLULeNet, {}),
        (1, 28, 28),
        (84,),
        conv(1, 6, 5) + conv(6, 16, 5) + conv(16, 120, 5) + (120 + 1) * 84,
    ),
    'HABPVGG': (
        (HABPVGG, {}),
        (3, 224, 224),
        (4096,),
        VGG16 + conv(512, 2048, 3) + conv(2048, 4096, 3),
    ),
}  # fmt: skip
SMALL = {  # smaller than the papers' where that takes long
    'MTCTNet': ({'channels': (4, 6, 6, 6, 6)}, (3, 120, 110)),
    'HABPVGG': ({'channels': (8, 16)}, (3, 160, 170)),
    'CifarDenseNet': ({'depth': 10}, (3, 32, 32)),
    'DeepID2Net': ({'input_size': (64, 50)}, (3, 64, 50)),
}


def test_the_counts_by_hand_agree_with_published_ones():
    assert VGG16 == 14_714_688  # without its fully connected layers
    assert NETWORKS['ReLULeNet'][3] + 85 * 10 == 61_706
    assert round(NETWORKS['CifarResNet'][3] / 1e6, 2) == 0.47
    assert round(NETWORKS['CifarDenseNet'][3] / 1e6, 1) == 1.0


@pytest.mark.parametrize('name', NETWORKS)
def test_size_and_output_are_those_of_the_network(name):
    (cls, options), image, output, num_parameters = NETWORKS[name]
    # Large networks take no memory there; ResNet cannot be built there.
    with torch.device('cpu' if cls is CifarResNet else 'meta'):
        network = cls(**options)
        maps = network(torch.empty(2, *image))
    assert sum(parameter.numel() for parameter in network.parameters()) == num_parameters
    assert isinstance(maps, tuple) and [tuple(m.shape) for m in maps] == [(2, *output)]


@pytest.mark.parametrize('name', NETWORKS)
def test_the_gradient_reaches_every_parameter(name):
    (cls, options), image, _, _ = NETWORKS[name]
    more, image = SMALL.get(name, ({}, image))
    torch.manual_seed(0)
    network = cls(**options, **more)
    network.init_weights()
    network(torch.randn(2, *image))[-1].square().sum().backward()
    for key, parameter in network.named_parameters():
        assert parameter.grad is not None and parameter.grad.isfinite().all(), key
        assert parameter.grad.any(), key


@pytest.mark.parametrize('name', NETWORKS)
def test_a_config_finds_it_by_its_bare_name(name):
    (cls, _), *_ = NETWORKS[name]
    assert MODELS.get(cls.__name__) is cls


@pytest.mark.parametrize('name', ['CifarNet', 'CifarNet slim', 'ReLULeNet', 'DeepID2Net'])
def test_features_of_a_fully_connected_layer_are_taken_after_its_activation(name):
    (cls, options), image, _, _ = NETWORKS[name]
    torch.manual_seed(0)
    features = cls(**options)(torch.randn(3, *image))[-1]
    assert (features >= 0).all() and (features == 0).any() and (features > 0).any()


def test_a_dense_layer_passes_its_input_on():
    torch.manual_seed(0)
    network = CifarDenseNet(depth=7, growth_rate=5)
    stem, first = network.stages[:2]
    maps = stem(torch.randn(2, 3, 32, 32))
    out = first(maps)
    assert out.shape == (2, 16 + 5, 32, 32)
    torch.testing.assert_close(out[:, :16], maps)


def test_the_shortcut_of_a_residual_block_is_its_input():
    network = CifarResNet(20)
    block = network.layer1[0]
    torch.nn.init.zeros_(block.conv2.weight)
    maps = torch.rand(2, 16, 8, 8)
    torch.testing.assert_close(block(maps), maps)


@pytest.mark.parametrize(
    ('make', 'sentence'),
    [
        (lambda: CifarNet('wide'), "variant must be one of quick, slim, got 'wide'"),
        (lambda: ReLULeNet(pooling='sum'), "pooling must be one of average, max, got 'sum'"),
        (lambda: CifarDenseNet(depth=41), 'depth must be 3n [+] 4 with n at least 1, got 41'),
        (lambda: CifarDenseNet(depth=4), 'depth must be'),
        (lambda: MTCTNet(channels=(8, 8)), 'channels must be 5 numbers'),
        (lambda: DeepID2Net((20, 20)), r'input_size \(20, 20\) is too small'),
        (lambda: DeepID2Net()(torch.zeros(1, 3, 64, 64)), r'input_size \(55, 47\), got .*64, 64'),
    ],
)
def test_what_cannot_be_built_is_refused(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
