import pytest
import torch

from par_plugins.models.losses import AttributeCrossEntropyLoss, OHEMLoss, ohem_loss


@pytest.mark.parametrize(
    ('share', 'expected'),
    [
        (0.1, 9.0),  # 0.9 of nine known labels: one
        (0.01, 9.0),  # never fewer than one
        (1 / 3, 8.0),
        (0.5, 7.5),  # 4.5 is rounded to 4
        (1, 5.0),
    ],
)
def test_the_mean_of_the_hardest_share_of_the_known_labels(share, expected):
    losses = torch.tensor([[1.0, 9, 2, 8, 100], [3, 7, 4, 6, 5]])
    known = losses < 100
    assert ohem_loss(losses, known, share=share).item() == pytest.approx(expected)


def test_a_hundred_labels_and_a_share_of_17_percent_keep_17():
    losses = torch.arange(100.0).reshape(10, 10)
    found = ohem_loss(losses, torch.ones(10, 10, dtype=torch.bool), share=0.17)
    assert found.item() == pytest.approx((83 + 99) / 2)


def test_of_equal_losses_the_first_are_kept():
    losses = torch.tensor([[1.0, 2, 2], [2, 2, 0]], requires_grad=True)
    ohem_loss(losses, torch.ones(2, 3, dtype=torch.bool), share=1 / 3).backward()
    torch.testing.assert_close(losses.grad, torch.tensor([[0, 0.5, 0.5], [0, 0, 0]]))


def test_labels_that_are_not_kept_get_no_gradient():
    logits = torch.tensor([[3.0, -1, -2, 0.5]], requires_grad=True)
    OHEMLoss(share=0.5)(logits, torch.ones(1, 4)).backward()
    assert (logits.grad != 0).tolist() == [[False, True, True, False]]


def test_nothing_known_is_zero_with_zero_gradient():
    logits = torch.randn(2, 3, requires_grad=True)
    loss = OHEMLoss()(logits, torch.full((2, 3), -1))
    loss.backward()
    assert loss == 0 and (logits.grad == 0).all()


def test_the_share_of_one_is_the_mean_over_labels():
    logits, targets = torch.randn(4, 6), torch.randint(-1, 2, (4, 6))
    torch.testing.assert_close(
        OHEMLoss(share=1)(logits, targets),
        AttributeCrossEntropyLoss(reduction='mean')(logits, targets),
    )


@pytest.mark.parametrize('share', [0, 1.1, -0.5])
def test_a_share_outside_zero_to_one_is_refused(share):
    with pytest.raises(ValueError, match=rf'share must be in \(0, 1\], got {share}'):
        OHEMLoss(share=share)
