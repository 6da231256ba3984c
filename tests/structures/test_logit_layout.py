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
