import math

import pytest
import torch

from par_plugins.models.losses import DeactivationLoss
from par_plugins.structures import Attribute, AttributeSchema

SCHEMA = AttributeSchema(['hat', Attribute('age', ('child', 'adult', 'old'))])


def loss_of(schema=SCHEMA, **options):
    loss = DeactivationLoss(**options)
    loss.set_schema(schema)
    return loss


def test_one_image_by_hand():
    # hat: 1.5^2; age: logits 1, -1 above T = -2, the third below it.
    logits, targets = torch.tensor([[1.5, 1.0, -1.0, -7.0]]), torch.tensor([[1, 0]])
    loss = loss_of(threshold=-2.0)
    assert loss(logits, targets).item() == pytest.approx((2.25 + (9 + 1 + 0) / 3) / 2)
    targets[0, 1] = -1
    assert loss(logits, targets).item() == pytest.approx(2.25)


def test_a_negative_logit_of_a_binary_attribute_is_active_too():
    loss = loss_of(AttributeSchema(['hat']))
    logits = torch.tensor([[-3.0]], requires_grad=True)
    loss(logits, torch.tensor([[1]])).backward()
    assert logits.grad.item() == pytest.approx(-6)


def test_outputs_below_the_threshold_are_left_alone():
    logits = torch.full((2, 3), math.log(0.01) - 0.1, requires_grad=True)
    loss = loss_of(AttributeSchema([SCHEMA.attributes[1]]))(logits, torch.zeros(2, 1))
    loss.backward()
    assert loss == 0 and (logits.grad == 0).all()


@pytest.mark.parametrize('centred', [False, True])
def test_a_shift_of_all_logits_is_enough_unless_they_are_centred(centred):
    loss = loss_of(AttributeSchema([SCHEMA.attributes[1]]), centred=centred)
    logits, target = torch.tensor([[3.0, -1.0, 1.0]]), torch.tensor([[2]])
    value, shifted = loss(logits, target), loss(logits - 10, target)
    if centred:
        torch.testing.assert_close(shifted, value)
    else:
        assert value > 0 and shifted == 0


def test_labels_weigh_what_the_real_images_said_of_them():
    loss = loss_of(gamma=2.0)
    # Real images: a hat with p = 0.5, none without; both ages at a third.
    loss.observe(torch.zeros(2, 4), torch.tensor([[1, 0], [-1, 2]]))
    logits = torch.tensor([[1.0, 0, 0, 0], [3.0, 0, 0, 0]])
    active = math.log(0.01) ** 2
    for hats, weights in (([1, 1], [0.25, 0.25]), ([1, 0], [0.25, 1.0])):  # "no hat" was not seen
        targets = torch.tensor([[hats[0], 0], [hats[1], 1]])  # nor was age 1
        pairs = [(weights[0], 1.0), (4 / 9, active), (weights[1], 9.0), (1.0, active)]
        expected = sum(w * x for w, x in pairs) / sum(w for w, _ in pairs)
        assert loss(logits, targets).item() == pytest.approx(expected, rel=1e-5)


def test_observing_leaves_no_graph_and_the_gradient_to_the_classifier_alone():
    loss = loss_of()
    logits = torch.randn(3, 4, requires_grad=True)
    loss.observe(logits, torch.tensor([[1, 0], [0, 1], [1, 2]]))
    assert not loss.hard_labels.errors.requires_grad


def test_what_is_hard_survives_in_the_checkpoint_and_a_second_setting_of_the_schema():
    loss = loss_of()
    loss.observe(torch.randn(3, 4), torch.tensor([[1, 0], [0, 1], [1, 2]]))
    fresh = loss_of()
    fresh.load_state_dict(loss.state_dict())
    fresh.set_schema(SCHEMA)
    assert fresh.hard_labels.errors.any()
    assert torch.equal(fresh.hard_labels.errors, loss.hard_labels.errors)
    assert torch.equal(fresh.hard_labels.observed, loss.hard_labels.observed)
    fresh.set_schema(SCHEMA.subset(['hat']))
    assert fresh.hard_labels.errors.shape == (1, 2) and not fresh.hard_labels.observed.any()


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_under_autocast_a_large_logit_does_not_overflow(dtype):
    logits = torch.tensor([[400.0, 400, 0, 0]], dtype=dtype)
    with torch.autocast('cpu', dtype=dtype):
        value = loss_of()(logits, torch.tensor([[1, 0]]))
    torch.testing.assert_close(value, loss_of()(logits.float(), torch.tensor([[1, 0]])))
    assert value > 65504


def test_a_negative_gamma_is_refused():
    with pytest.raises(ValueError, match='gamma must be at least 0, got -1'):
        DeactivationLoss(gamma=-1)
