import math

import pytest
import torch
from mmpretrain.models import MultiLabelClsHead
from mmpretrain.structures import DataSample

from par_plugins.models.losses import (
    AttributeCrossEntropyLoss,
    AttributeFocalLoss,
    HABPLoss,
    habp_loss,
)
from par_plugins.testing.contracts.losses import random_batch


def test_two_labels_by_hand():
    # p(1) = 0.9 and 0.2 of two positives, gamma 2: errors 0.01 and 0.64.
    logits = torch.tensor([[math.log(9.0), -math.log(4.0)]])
    loss = HABPLoss(gamma=2)(logits, torch.ones(1, 2))
    expected = (0.01 * -math.log(0.9) + 0.64 * -math.log(0.2)) / 0.65
    assert loss.item() == pytest.approx(expected)


def test_gradient_with_weights_held_constant_by_hand():
    logits = torch.tensor([[math.log(9.0), -math.log(4.0)]], requires_grad=True)
    HABPLoss(gamma=2)(logits, torch.ones(1, 2)).backward()
    # The cross-entropy of a positive has the slope p - 1, each times its share of the weights.
    expected = [0.01 / 0.65 * -0.1, 0.64 / 0.65 * -0.8]
    torch.testing.assert_close(logits.grad[0], torch.tensor(expected))


@pytest.mark.parametrize('across_ranks', [False, True])
def test_the_gradient_is_that_of_the_loss_with_frozen_weights(across_ranks):
    batch = random_batch()
    known, logits = batch.targets >= 0, batch.logits.requires_grad_()
    loss = HABPLoss(gamma=1.2, across_ranks=across_ranks)
    base = AttributeCrossEntropyLoss(reduction='none')
    for module in (loss, base):
        module.set_schema(batch.layout.schema)
    own = batch.targets.clamp(min=0)[:, :, None]
    errors = 1 - batch.log_probabilities.detach().exp().gather(2, own)[:, :, 0]
    weights = (errors**1.2 * known).detach()

    def frozen(z):
        return (weights * base(z, batch.targets)).sum() / weights.sum()

    assert torch.autograd.gradcheck(frozen, logits)
    expected = torch.autograd.grad(frozen(logits), logits)
    found = torch.autograd.grad(loss(logits, batch.targets), logits)
    torch.testing.assert_close(found, expected)


def test_gamma_zero_is_the_mean_over_labels():
    logits, targets = torch.randn(4, 6), torch.randint(-1, 2, (4, 6))
    torch.testing.assert_close(
        HABPLoss(gamma=0)(logits, targets),
        AttributeCrossEntropyLoss(reduction='mean')(logits, targets),
    )


def test_easy_labels_do_not_dilute_a_hard_one_as_they_do_in_focal_loss():
    logits = torch.full((1, 1000), -12.0)
    logits[0, 0] = -2.0
    targets = torch.zeros(1, 1000)
    targets[0, 0] = 1
    alone = AttributeCrossEntropyLoss()(logits[:, :1], targets[:, :1])
    assert HABPLoss()(logits, targets).item() == pytest.approx(alone.item(), rel=0.01)
    assert AttributeFocalLoss()(logits, targets) < 0.002 * alone


def test_any_loss_of_labels_is_a_base_and_its_own_reduction_plays_no_part():
    logits, targets = torch.randn(4, 6), torch.randint(-1, 2, (4, 6))
    one, other = (
        HABPLoss(base=dict(type='AttributeFocalLoss', gamma=0, reduction=reduction))
        for reduction in ('sum', 'mean')
    )
    torch.testing.assert_close(one(logits, targets), HABPLoss()(logits, targets))
    torch.testing.assert_close(other(logits, targets), HABPLoss()(logits, targets))


@pytest.mark.parametrize('detach', [True, False])
@pytest.mark.parametrize('across_ranks', [True, False])
@pytest.mark.parametrize('gamma', [0.1, 1.2])
def test_all_weights_zero_is_a_loss_of_zero_with_zero_gradient(detach, across_ranks, gamma):
    error_logits = torch.tensor([[-3000.0]], requires_grad=True)  # learnt, e = 0
    loss = habp_loss(
        torch.ones(1, 1),
        error_logits,
        gamma=gamma,
        detach=detach,
        across_ranks=across_ranks,
    )
    assert loss == 0
    if not detach:
        loss.backward()
        assert (error_logits.grad == 0).all()
    logits = torch.tensor([[200.0, -200.0]], requires_grad=True)
    module = HABPLoss(gamma=gamma, detach=detach, across_ranks=across_ranks)
    module(logits, torch.tensor([[1, 0]])).backward()
    assert (logits.grad == 0).all()


def test_a_head_of_mmpretrain_gives_the_same_number():
    logits, targets = torch.randn(4, 6), torch.randint(0, 2, (4, 6))
    head = MultiLabelClsHead(loss=dict(type='mmengine.HABPLoss'))
    samples = [DataSample().set_gt_score(row.float()) for row in targets]
    through = head.loss((logits,), samples)['loss']
    torch.testing.assert_close(through, HABPLoss()(logits, targets))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_under_autocast_the_loss_is_that_of_float32(dtype):
    logits, targets = torch.randn(5, 3).to(dtype), torch.randint(0, 2, (5, 3))
    with torch.autocast('cpu', dtype=dtype):
        value = HABPLoss()(logits, targets)
    assert value.dtype == torch.float32
    torch.testing.assert_close(value, HABPLoss()(logits.float(), targets))


def test_a_negative_gamma_is_refused():
    with pytest.raises(ValueError, match='gamma must be at least 0, got -1'):
        HABPLoss(gamma=-1)
