import numpy as np
import pytest
import torch

from par_plugins.models.gan.decorrelation import decorrelation_loss


def pairwise(weight, num_noise):
    """The sum of eq. 7, pair by pair."""
    total = 0.0
    for channel in range(weight.shape[1]):
        for j in range(num_noise):
            for k in range(num_noise):
                if j != k:
                    a, b = weight[j, channel].ravel(), weight[k, channel].ravel()
                    total += (a @ b) ** 2 / ((a @ a) * (b @ b))
    return total


@pytest.mark.parametrize('size', [(3, 3), (4, 2), (1, 1)])
@pytest.mark.parametrize('num_noise', [1, 5, 8])
def test_it_is_the_sum_over_pairs_of_noise_kernels(size, num_noise):
    weight = torch.from_numpy(np.random.default_rng(0).normal(size=(8, 4, *size)))
    expected = pairwise(weight.numpy(), num_noise)
    total = decorrelation_loss(weight, num_noise=num_noise, reduction='sum')
    mean = decorrelation_loss(weight, num_noise=num_noise, reduction='mean')
    assert total.item() == pytest.approx(expected)
    assert mean.item() == pytest.approx(expected / (4 * num_noise**2))


def test_the_gradient_is_that_of_the_value_and_conditions_get_none():
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(6, 2, 2, 2, dtype=torch.float64, generator=generator, requires_grad=True)

    def value(w):
        return decorrelation_loss(w, num_noise=4, reduction='sum')

    assert torch.autograd.gradcheck(value, weight)
    value(weight).backward()
    assert (weight.grad[4:] == 0).all() and (weight.grad[:4] != 0).any()


def test_orthogonal_kernels_cost_nothing_and_equal_ones_a_pair_each():
    unit = torch.eye(4).reshape(4, 1, 2, 2)
    assert decorrelation_loss(unit, num_noise=4, reduction='sum') == 0
    equal = torch.ones(4, 1, 2, 2)
    assert decorrelation_loss(equal, num_noise=4, reduction='sum') == pytest.approx(4 * 3)
    assert decorrelation_loss(equal, num_noise=4, reduction='mean') == pytest.approx(12 / 16)


def test_the_length_of_a_kernel_plays_no_part_and_zeros_are_orthogonal():
    weight = torch.randn(5, 3, 2, 2, generator=torch.Generator().manual_seed(0))
    scale = torch.tensor([1.0, 10, 0.1, 3, 7]).reshape(5, 1, 1, 1)
    torch.testing.assert_close(
        decorrelation_loss(weight * scale, num_noise=5, reduction='sum'),
        decorrelation_loss(weight, num_noise=5, reduction='sum'),
    )
    with_zero = torch.cat([weight, torch.zeros(1, 3, 2, 2)]).requires_grad_()
    loss = decorrelation_loss(with_zero, num_noise=6, reduction='sum')
    loss.backward()
    torch.testing.assert_close(loss, decorrelation_loss(weight, num_noise=5, reduction='sum'))
    assert with_zero.grad.isfinite().all()


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_under_autocast_and_in_half_precision_it_is_computed_in_float32(dtype):
    weight = torch.randn(64, 4, 4, 4, generator=torch.Generator().manual_seed(0)).to(dtype)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        value = decorrelation_loss(weight, num_noise=64, reduction='sum')
    assert value.dtype == torch.float32
    expected = pairwise(weight.double().numpy(), 64)
    assert value.item() == pytest.approx(expected, rel=1e-5)


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match=r'num_noise=5 of a weight of shape \(4, 1, 2, 2\)'):
        decorrelation_loss(torch.ones(4, 1, 2, 2), num_noise=5, reduction='sum')
    with pytest.raises(ValueError, match="reduction must be one of mean, sum, got 'max'"):
        decorrelation_loss(torch.ones(4, 1, 2, 2), num_noise=4, reduction='max')
