import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from par_plugins.models.hard_labels import HardLabelTracker
from par_plugins.structures import Attribute, AttributeSchema

SCHEMA = AttributeSchema(['hat', Attribute('age', ('child', 'adult', 'old')), 'bag'])
TRAINING = torch.tensor(
    [
        [1, 0, 1],
        [1, 2, 0],
        [0, 1, 1],
        [0, 1, -1],
    ]
)


def tracker(sampling='independent', momentum=0.5, schema=SCHEMA):
    made = HardLabelTracker(momentum=momentum, sampling=sampling)
    made.set_schema(schema)
    return made


def set_errors(made, errors):
    """Let it have observed the values of which an error is given."""
    made.errors.copy_(torch.tensor([[e or 0.0 for e in row] for row in errors]))
    made.observed.copy_(torch.tensor([[e is not None for e in row] for row in errors]))
    return made


def generator():
    return torch.Generator().manual_seed(0)


def test_two_batches_by_hand():
    made = tracker()
    made.observe(
        torch.tensor([[0.2, 0.6, 0.9], [0.4, 0.8, 0.9]]), torch.tensor([[1, 2, -1], [1, 0, -1]])
    )
    expected = torch.tensor([[0, 0.3, 0], [0.8, 0, 0.6], [0, 0, 0]])
    torch.testing.assert_close(made.errors, expected)
    assert made.observed.tolist() == (expected > 0).tolist()
    made.observe(
        torch.tensor([[0.7, 0.2, 0.1], [0.1, 0.5, 0.9]]), torch.tensor([[0, 2, 0], [1, -1, -1]])
    )
    # hat=1: half of 0.3 and of 0.1; age=child did not occur; what is new starts at its mean.
    expected = torch.tensor([[0.7, 0.2, 0], [0.8, 0, 0.4], [0.1, 0, 0]])
    torch.testing.assert_close(made.errors, expected)


def test_an_error_of_zero_is_an_observation():
    made = tracker(schema=AttributeSchema(['hat']))
    made.observe(torch.zeros(1, 1), torch.ones(1, 1, dtype=torch.long))
    made.observe(torch.ones(1, 1), torch.ones(1, 1, dtype=torch.long))
    assert made.errors[0, 1] == 0.5


def test_another_momentum_keeps_that_share_of_the_old():
    made = tracker(momentum=0.9, schema=AttributeSchema(['hat']))
    for error in (1.0, 0.0):
        made.observe(torch.tensor([[error]]), torch.ones(1, 1, dtype=torch.long))
    assert made.errors[0, 1].item() == pytest.approx(0.9)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float64])
def test_averages_are_float32_whatever_comes(dtype):
    made = tracker()
    made.observe(torch.full((300, 3), 0.5, dtype=dtype), torch.ones(300, 3, dtype=torch.long))
    assert made.errors.dtype == torch.float32
    assert (made.errors[:, 1] == 0.5).all()


def test_a_label_weighs_its_average_error_one_if_never_observed_and_zero_if_unknown():
    made = set_errors(tracker(), [[0.1, 0.3, None], [None, 0.5, 0.7], [None, None, None]])
    weights = made.weights_of(torch.tensor([[1, 2, 0], [0, 0, -1]]))
    torch.testing.assert_close(weights, torch.tensor([[0.3, 0.7, 1.0], [0.1, 1.0, 0.0]]))


def test_before_anything_was_observed_nothing_is_known_of_the_labels_drawn():
    made = tracker()
    assert (made.draw(5, generator()) == -1).all() and made.expected_positives() == 0
    made = tracker('anchor')
    made.set_training_targets(TRAINING)
    assert (made.draw(5, generator()) == -1).all() and made.expected_positives() == 0


def test_independent_draws_each_value_in_proportion_to_its_error():
    made = set_errors(tracker(), [[0.1, 0.3, None], [0.2, None, 0.6], [None, 0.4, None]])
    drawn = made.draw(20000, generator())
    assert drawn.shape == (20000, 3)
    # Three standard errors of a share of 0.75 are 0.0092.
    assert (drawn[:, 0] == 1).float().mean().item() == pytest.approx(0.75, abs=0.0092)
    assert (drawn[:, 1] == 2).float().mean().item() == pytest.approx(0.75, abs=0.0092)
    assert (drawn[:, 1] != 1).all() and (drawn[:, 2] == 1).all()
    both = ((drawn[:, 0] == 1) & (drawn[:, 1] == 2)).float().mean().item()
    assert both == pytest.approx(0.75**2, abs=0.0106)
    assert made.expected_positives().item() == pytest.approx(0.75 + 1)
    assert made.num_positives(drawn).float().mean().item() == pytest.approx(1.75, abs=0.0092)


def test_anchor_draws_a_hard_label_and_a_training_image_that_has_it():
    made = set_errors(tracker('anchor'), [[0.9, 0.4, None], [None, 0.3, 0.1], [0.9, 0.2, None]])
    made.set_training_targets(TRAINING)
    drawn = made.draw(20000, generator())
    # hat (0.4) is on rows 0, 1; adult (0.3) on 2, 3; old (0.1) on 1; a bag (0.2) on 0, 2; what a
    # person lacks is no anchor, and children were never observed.
    shares = [(0.2 + 0.1), (0.2 + 0.1), (0.15 + 0.1), 0.15]
    for row, share in zip(TRAINING, shares, strict=True):
        found = (drawn == row).all(dim=1).float().mean().item()
        assert found == pytest.approx(share, abs=0.0098)  # three standard errors
    # Positives of the rows: 2, 1, 1, 0.
    expected = 0.3 * 2 + 0.3 + 0.25
    assert made.expected_positives().item() == pytest.approx(expected)
    assert made.num_positives(drawn).float().mean().item() == pytest.approx(expected, abs=0.02)


def test_a_label_no_training_image_has_is_no_anchor():
    made = set_errors(tracker('anchor'), [[None, 0.4, None], [None, None, None], [None, 0.9, None]])
    made.set_training_targets(TRAINING.clone().masked_fill(torch.tensor([False, False, True]), 0))
    assert (made.draw(50, generator())[:, 0] == 1).all()


def test_one_training_image_and_one_attribute():
    schema = AttributeSchema(['hat'])
    made = set_errors(tracker('anchor', schema=schema), [[0.5, 0.5]])
    made.set_training_targets(torch.ones(1, 1, dtype=torch.long))
    assert (made.draw(3, generator()) == 1).all()


@pytest.mark.parametrize('sampling', ['independent', 'anchor'])
def test_the_generator_given_decides_and_the_global_one_is_left_alone(sampling):
    made = set_errors(tracker(sampling), [[0.9, 0.4, None], [0.2, 0.3, 0.1], [0.9, 0.2, None]])
    made.set_training_targets(TRAINING)
    before = torch.get_rng_state()
    one, other = made.draw(40, generator()), made.draw(40, generator())
    assert torch.equal(one, other)
    assert torch.equal(before, torch.get_rng_state())
    assert not torch.equal(one, made.draw(40, torch.Generator().manual_seed(1)))


@pytest.mark.parametrize('sampling', ['independent', 'anchor'])
def test_observing_and_drawing_ask_for_no_value_on_the_host(sampling):
    made = tracker(sampling)
    made.set_training_targets(TRAINING)
    with FakeTensorMode(allow_non_fake_inputs=True) as mode:  # tensors without values
        for name, buffer in list(made.named_buffers()):
            setattr(made, name, mode.from_tensor(buffer))
        made.observe(torch.rand(4, 3), mode.from_tensor(TRAINING))
        assert made.draw(5).shape == (5, 3)
        assert made.expected_positives().ndim == 0
        assert made.weights_of(mode.from_tensor(TRAINING)).shape == (4, 3)


def test_the_state_that_is_saved_is_the_averages_and_what_was_observed():
    made = tracker('anchor')
    made.set_training_targets(TRAINING)
    assert set(made.state_dict()) == {'errors', 'observed'}


def test_anchor_without_training_labels_says_what_is_missing():
    with pytest.raises(ValueError, match='set_training_targets'):
        set_errors(tracker('anchor'), [[0.1] * 3] * 3).draw(1, generator())


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match=r'momentum must be in \[0, 1\), got 1'):
        HardLabelTracker(momentum=1, sampling='anchor')
    with pytest.raises(ValueError, match="sampling must be one of .* got 'random'"):
        HardLabelTracker(momentum=0.5, sampling='random')
