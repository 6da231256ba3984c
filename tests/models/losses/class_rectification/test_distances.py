import torch

from par_plugins.models.losses.class_rectification.distances import SharedDistances


def distances(features):
    """All distances within a batch."""
    return SharedDistances(features).table


def test_equal_images_have_a_distance_of_exactly_zero_and_no_gradient():
    for dtype in (torch.float32, torch.float64):
        generator = torch.Generator().manual_seed(0)
        features = 1000 * torch.rand(40, 2048, generator=generator, dtype=dtype)
        features = torch.cat([features, features]).requires_grad_()
        found = distances(features)
        same = torch.eye(40, dtype=torch.bool).repeat(2, 2)
        assert (found[same] == 0).all() and (found[~same] > 0).all()
        found[same].sum().backward()
        assert (features.grad == 0).all()


def test_small_distances_far_from_the_origin_keep_single_precision():
    generator = torch.Generator().manual_seed(0)
    features = 1000 + torch.randn(12, 64, generator=generator)
    features[6:] = features[:6] + 1e-3 * torch.randn(6, 64, generator=generator)
    features.requires_grad_()
    exact = features.detach().double().requires_grad_()
    apart = exact[:, None] - exact[None] + torch.eye(12)[:, :, None]  # no square root of 0
    expected = apart.square().sum(dim=2).sqrt()
    found, off = distances(features), ~torch.eye(12, dtype=torch.bool)
    torch.testing.assert_close(found[off], expected[off].float(), rtol=1e-5, atol=0)
    found[off].sum().backward()
    expected[off].sum().backward()
    torch.testing.assert_close(features.grad, exact.grad.float(), rtol=1e-5, atol=1e-5)
