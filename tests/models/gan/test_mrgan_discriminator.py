import pytest
import torch
from torch.nn.functional import conv2d

from par_plugins.models.gan import GANSizes, MRGANDiscriminator
from par_plugins.structures import InputError


def build(size=28, conditions=3, **options):
    torch.manual_seed(0)
    model = MRGANDiscriminator(GANSizes(size, conditions, channels=2, max_channels=6, **options))
    model.init_weights()
    return model


def pyramid(model, number=2, channels=3):
    return [torch.randn(number, channels, *size) for size in model.resolutions]


@pytest.mark.parametrize('size', [28, 64, (128, 64), (256, 192)])
@pytest.mark.parametrize('conditions', [0, 3])
def test_every_resolution_gets_a_logit_for_each_image(size, conditions):
    model = build(size, conditions)
    logits = model(pyramid(model), torch.zeros(2, conditions) if conditions else None)
    assert [tuple(of_one.shape) for of_one in logits] == [(2,)] * len(model.resolutions)


def test_a_label_vector_is_seen_as_constant_maps():
    """Away from the border, a bias is what a convolution makes of constant maps."""
    model = build(14, 3)
    image, labels = torch.randn(2, 3, 14, 14), torch.tensor([[1.0, 0, 0.5], [0, 1, 1]])
    entry = model.from_images[1](image) + model.from_conditions[1](labels)[:, :, None, None]
    maps = labels[:, :, None, None].expand(-1, -1, 14, 14)
    kernels = torch.zeros(2, 3, 3, 3)  # that see each label once
    kernels[:, :, 1, 1] = model.from_conditions[1].weight
    weight = torch.cat([model.from_images[1].weight, kernels], dim=1)
    expected = conv2d(torch.cat([image, maps], 1), weight, model.from_images[1].bias, padding=1)
    torch.testing.assert_close(entry, expected)


def test_a_resolution_does_not_look_at_the_others():
    model = build().eval()
    images, labels = pyramid(model), torch.zeros(2, 3)
    logits = model(images, labels)
    for changed in range(3):
        others = [torch.randn_like(x) if i == changed else x for i, x in enumerate(images)]
        for level, (before, after) in enumerate(zip(logits, model(others, labels), strict=True)):
            assert before.equal(after) == (level != changed)


def test_the_trunk_is_shared_by_the_resolutions():
    model = build()
    logits = model(pyramid(model), torch.zeros(2, 3))
    for level, of_one in enumerate(logits):
        model.zero_grad()
        of_one.sum().backward(retain_graph=True)
        touched = [block[0].weight.grad is not None for block in model.blocks]
        touched = [
            seen and bool(block[0].weight.grad.abs().sum())
            for seen, block in zip(touched, model.blocks, strict=True)
        ]
        assert touched == [place < level for place in range(2)]
        assert model.last.bias.grad.item() == 2


def test_labels_of_the_wrong_length_and_images_of_another_size_are_refused():
    model = build()
    with pytest.raises(InputError, match='length 2, but the discriminator was built for 3'):
        model(pyramid(model), torch.zeros(2, 2))
    with pytest.raises(InputError, match='length 0'):
        model(pyramid(model))
    with pytest.raises(InputError, match=r'expected \[\(7, 7\), \(14, 14\), \(28, 28\)\]'):
        model(pyramid(model)[1:], torch.zeros(2, 3))
