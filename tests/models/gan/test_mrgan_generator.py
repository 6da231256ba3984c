import pytest
import torch
from torch.nn.functional import leaky_relu

from par_plugins.models.gan import GANSizes, MRGANGenerator
from par_plugins.structures import InputError

SIZES = [28, 64, 224, (128, 64), (256, 192)]


def build(size=28, conditions=3, **options):
    torch.manual_seed(0)
    sizes = GANSizes(size, conditions, channels=2, max_channels=6, **options)
    generator = MRGANGenerator(sizes, num_noise=5)
    generator.init_weights()
    return generator


@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('conditions', [0, 3])
def test_one_pass_gives_an_image_of_every_resolution(size, conditions):
    generator = build(size, conditions)
    c = torch.zeros(2, conditions) if conditions else None
    images = generator(torch.randn(2, 5), c)
    assert [tuple(image.shape[2:]) for image in images] == generator.resolutions
    assert all(image.shape[:2] == (2, 3) and image.abs().max() <= 1 for image in images)
    assert generator.resolutions[-1] == (size if isinstance(size, tuple) else (size, size))


def test_grey_images_have_one_channel():
    assert {i.shape[1] for i in build(image_channels=1)(torch.randn(2, 5), torch.zeros(2, 3))} == {
        1
    }


def test_the_first_maps_are_a_weighted_sum_of_kernels_of_noise_and_labels():
    """Smallest image by hand, from the weights: projection, batch norm, leaky ReLU."""
    generator = build(7).eval()
    noise, labels = torch.randn(2, 5), torch.tensor([[1.0, 0, 0.5], [0, 1, 1]])
    weight = generator.projection.weight  # (noise first, then labels; maps; height; width)
    first = torch.einsum('nz,zfhw->nfhw', torch.cat([noise, labels], dim=1), weight)
    norm = generator.first_maps[0]
    first = first / (1 + norm.eps) ** 0.5  # running statistics are still 0 and 1
    expected = generator.to_images[0](leaky_relu(first, 0.2)).tanh()
    torch.testing.assert_close(generator(noise, labels)[0], expected)


def test_the_perturbation_comes_after_batch_norm_and_activation():
    generator = build(7).eval()
    noise, labels = torch.randn(2, 5), torch.zeros(2, 3)
    moved = torch.randn(2, *generator.first_shape)
    features = generator.first_maps(
        generator.projection(torch.cat([noise, labels], 1)[..., None, None])
    )
    expected = generator.to_images[0](features + moved).tanh()
    torch.testing.assert_close(generator(noise, labels, moved)[0], expected)


def test_no_perturbation_is_a_perturbation_of_zero():
    generator = build(14).eval()
    noise, labels = torch.randn(2, 5), torch.zeros(2, 3)
    nothing = torch.zeros(2, *generator.first_shape)
    for plain, moved in zip(
        generator(noise, labels), generator(noise, labels, nothing), strict=True
    ):
        assert plain.equal(moved)


def test_every_image_depends_on_the_labels_and_every_weight_gets_a_gradient():
    generator = build(28)
    labels = torch.zeros(4, 3, requires_grad=True)
    for image in generator(torch.randn(4, 5), labels):
        (gradient,) = torch.autograd.grad(image.square().sum(), labels, retain_graph=True)
        assert gradient.abs().sum() > 0
    sum(image.square().sum() for image in generator(torch.randn(4, 5), labels)).backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in generator.parameters())


@pytest.mark.parametrize(
    ('noise', 'labels', 'found'),
    [(4, 3, (4, 3)), (5, 2, (5, 2)), (5, None, (5, 0)), (6, 3, (6, 3))],
)
def test_noise_or_labels_of_the_wrong_length_are_refused(noise, labels, found):
    c = None if labels is None else torch.zeros(2, labels)
    with pytest.raises(InputError) as caught:
        build()(torch.randn(2, noise), c)
    assert f'{found}' in str(caught.value) and '(5, 3)' in str(caught.value)
