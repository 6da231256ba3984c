import numpy as np
import pytest
import torch

from par_plugins.models.gan import LabelVectors
from par_plugins.structures import Attribute, AttributeSchema, InputError, LabelStatistics

SCHEMA = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old')), 'Hat', 'Bag'])


def build(targets):
    vectors = LabelVectors(6)
    vectors.set_label_statistics(LabelStatistics.from_targets(np.array(targets), SCHEMA))
    return vectors


def test_known_labels_are_zeros_and_ones_and_unknown_ones_the_shares_in_training():
    # Female: 1 of 4; Age: 2, 1, 0 of 3 known; Hat: 1 of 1 known; Bag: nothing known.
    vectors = build([[1, 0, 1, -1], [0, 0, -1, -1], [0, 1, -1, -1], [0, -1, -1, -1]])
    found = vectors(torch.tensor([[1, 2, 0, 1], [-1, -1, -1, -1], [0, 0, 1, -1]]))
    expected = [
        [1, 0, 0, 1, 0, 1],
        [0.25, 2 / 3, 1 / 3, 0, 1, 0.5],
        [0, 1, 0, 0, 1, 0.5],
    ]
    torch.testing.assert_close(found, torch.tensor(expected))


def test_the_shares_travel_with_the_weights():
    trained, other = build([[1, 2, 0, 1]] * 3), LabelVectors(6)
    other.set_schema(SCHEMA)
    other.load_state_dict(trained.state_dict())
    unknown = torch.full((1, 4), -1)
    assert other(unknown).tolist() == [[1, 0, 0, 1, 0, 1]]


def test_labels_that_are_drawn_are_those_of_training_images_and_travel_too():
    targets = torch.tensor([[1, 2, 0, -1]] * 3 + [[0, 1, 1, 1]])
    trained, other = build([[1, 2, 0, 1]]), LabelVectors(6)
    assert (trained.draw(5, torch.Generator()) == -1).all()  # there is no training set yet
    trained.set_training_targets(targets)
    other.set_schema(SCHEMA)
    other.load_state_dict(trained.state_dict())
    found = other.draw(4000, torch.Generator().manual_seed(1))
    rows, counts = found.unique(dim=0, return_counts=True)
    assert rows.tolist() == [[0, 1, 1, 1], [1, 2, 0, -1]]
    assert counts[1].item() == pytest.approx(3000, abs=120)
    assert found.equal(trained.draw(4000, torch.Generator().manual_seed(1)))


def test_a_label_vector_of_the_wrong_length_is_refused():
    with pytest.raises(InputError, match=r'shape \(2, 3\), .* 4 attributes: Female'):
        build([[1, 0, 1, 1]])(torch.zeros(2, 3, dtype=torch.long))


def test_a_schema_with_another_number_of_columns_is_refused_saying_how_many():
    with pytest.raises(InputError, match='set model.num_conditions to 6'):
        LabelVectors(4).set_schema(SCHEMA)


def test_labels_without_a_schema_are_refused():
    with pytest.raises(InputError, match='does not know its attributes'):
        LabelVectors(4)(torch.zeros(1, 4, dtype=torch.long))
