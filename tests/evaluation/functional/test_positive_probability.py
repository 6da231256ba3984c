import math

import pytest
import torch

from par_plugins.evaluation.functional import EntryError, positive_probability


def test_three_images_by_hand():
    probabilities = torch.tensor([[0.2, 0.9, 0.5], [0.6, 0.1, 0.5], [0.9, 0.3, 0.5]])
    targets = torch.tensor([[1, 0, 0], [1, -1, 0], [0, 1, 0]])
    found = positive_probability(probabilities, targets)
    assert found['positives'] == [2, 1, 0]
    assert found['per_attribute'][:2] == pytest.approx([40, 30])  # (0.2 + 0.6) / 2; 0.3
    assert math.isnan(found['per_attribute'][2])
    assert found['mean'] == pytest.approx(35)


def test_a_label_that_is_none_is_named():
    with pytest.raises(EntryError, match='targets'):
        positive_probability(torch.rand(2, 1), torch.tensor([[1], [2]]))
