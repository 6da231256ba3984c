import math

import pytest
import torch

from par_plugins.models.losses import AttributeCrossEntropyLoss, AttributeFocalLoss
from par_plugins.structures import Attribute, AttributeSchema


def test_a_coin_toss_costs_a_half_to_the_power_of_gamma_times_log_two():
    loss = AttributeFocalLoss(gamma=1.2)(torch.zeros(3, 2), torch.tensor([[1, 0], [0, -1], [1, 1]]))
    assert loss == pytest.approx(0.5**1.2 * math.log(2))


def test_gamma_zero_is_cross_entropy_over_the_labels():
    logits, targets = torch.randn(4, 6), torch.randint(-1, 2, (4, 6))
    torch.testing.assert_close(
        AttributeFocalLoss(gamma=0)(logits, targets),
        AttributeCrossEntropyLoss(reduction='mean')(logits, targets),
    )


def test_an_attribute_of_two_values_is_a_binary_one():
    logits, targets = torch.randn(5, 1), torch.randint(0, 2, (5, 1))
    pair = AttributeFocalLoss()
    pair.set_schema(AttributeSchema([Attribute('sleeves', ('long', 'short'))]))
    two = torch.cat([torch.zeros(5, 1), logits], dim=1)
    torch.testing.assert_close(pair(two, targets), AttributeFocalLoss()(logits, targets))


def test_the_gradient_goes_through_the_modulating_factor():
    z = torch.tensor([[0.7]], dtype=torch.float64, requires_grad=True)
    AttributeFocalLoss(gamma=1.2)(z, torch.tensor([[1]])).backward()
    p = 1 / (1 + math.exp(-0.7))
    # d/dz of (1 - p)^g * -log p, with dp/dz = p (1 - p)
    expected = (1.2 * p * math.log(p) - (1 - p)) * (1 - p) ** 1.2
    assert z.grad.item() == pytest.approx(expected)


@pytest.mark.parametrize('gamma', [0.1, 1.2])
@pytest.mark.parametrize('dtype', [torch.float16, torch.float32])
def test_labels_learnt_to_the_last_bit_keep_a_finite_gradient(gamma, dtype):
    logits = torch.tensor([[200.0, -200.0]], dtype=dtype, requires_grad=True)
    loss = AttributeFocalLoss(gamma=gamma)(logits, torch.tensor([[1, 0]]))
    loss.backward()
    assert loss == 0 and logits.grad.isfinite().all()


def test_a_negative_gamma_is_refused():
    with pytest.raises(ValueError, match='gamma must be at least 0, got -1'):
        AttributeFocalLoss(gamma=-1)


def test_weighted_focal_loss_without_statistics_says_which_hook_is_missing():
    with pytest.raises(ValueError, match='LabelStatisticsHook'):
        AttributeFocalLoss(weighting='attribute')(torch.zeros(1, 2), torch.zeros(1, 2))
