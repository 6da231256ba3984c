import pytest
import torch

from par_plugins.structures import Attribute, AttributeSchema, LogitLayout

MIXED = AttributeSchema(['a', Attribute('b', ('x', 'y', 'z')), 'c'])


def test_binary_columns_are_sigmoids_and_categorical_ones_softmaxes():
    logits = torch.randn(7, 5, dtype=torch.float64)
    packed = LogitLayout(MIXED).probabilities(logits)
    expected = torch.cat(
        [logits[:, :1].sigmoid(), logits[:, 1:4].softmax(1), logits[:, 4:].sigmoid()], dim=1
    )
    torch.testing.assert_close(packed, expected)


def test_every_value_has_its_log_probability_and_missing_values_have_none():
    logits = torch.randn(7, 5, dtype=torch.float64)
    table = LogitLayout(MIXED).log_probabilities(logits)
    assert table.shape == (7, 3, 3)
    torch.testing.assert_close(table[:, 0, 1], torch.nn.functional.logsigmoid(logits[:, 0]))
    torch.testing.assert_close(table[:, 0, 0], torch.nn.functional.logsigmoid(-logits[:, 0]))
    torch.testing.assert_close(table[:, 1], logits[:, 1:4].log_softmax(1))
    assert (table[:, [0, 2], 2] == -torch.inf).all()
    torch.testing.assert_close(table.exp().sum(2), torch.ones(7, 3, dtype=torch.float64))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_float32(dtype):
    logits = torch.full((1, 5), 30.0, dtype=dtype)
    table = LogitLayout(MIXED).log_probabilities(logits)
    assert table.dtype == torch.float32 and table[0, 0, 0] == -30


def test_missing_values_take_no_gradient():
    logits = torch.randn(4, 5, requires_grad=True, dtype=torch.float64)
    layout = LogitLayout(MIXED)
    assert torch.autograd.gradcheck(lambda z: layout.log_probabilities(z)[:, [0, 2], :2], logits)
    assert torch.autograd.gradcheck(lambda z: layout.log_probabilities(z)[:, 1], logits)


def test_other_numbers_of_columns_are_refused():
    with pytest.raises(ValueError, match=r'packs 3 attributes into \(N, 5\)'):
        LogitLayout(MIXED).log_probabilities(torch.zeros(2, 4))


@pytest.mark.parametrize('schema', [MIXED, AttributeSchema.unnamed(3)])
def test_error_logits_are_the_log_odds_of_any_other_value(schema):
    generator = torch.Generator().manual_seed(0)
    layout = LogitLayout(schema)
    logits = 3 * torch.randn(20, schema.num_logits, generator=generator, dtype=torch.float64)
    targets = (torch.rand(20, 3, generator=generator) * torch.tensor(schema.num_values)).long()
    targets[::4, 1] = -1
    own = layout.log_probabilities(logits).exp().gather(2, targets.clamp(min=0)[:, :, None])
    expected = torch.log((1 - own) / own)[:, :, 0].masked_fill(targets < 0, -torch.inf)
    torch.testing.assert_close(layout.error_logits(logits, targets), expected)


@pytest.mark.parametrize('schema', [MIXED, AttributeSchema.unnamed(3)])
def test_an_unknown_label_gives_no_gradient_whatever_its_logit(schema):
    logits = torch.full((2, schema.num_logits), torch.inf, requires_grad=True)
    errors = LogitLayout(schema).error_logits(logits, torch.full((2, 3), -1))
    assert (errors == -torch.inf).all()
    torch.nn.functional.softplus(errors).sum().backward()
    assert (logits.grad == 0).all()


def test_a_third_value_of_a_binary_attribute_is_refused():
    with pytest.raises(RuntimeError, match='a label of a binary attribute is above 1'):
        LogitLayout(AttributeSchema.unnamed(2)).error_logits(
            torch.zeros(1, 2), torch.tensor([[0, 2]])
        )
