import numpy as np
import pytest
import torch

from par_plugins.evaluation.functional import (
    balanced_accuracy,
    fit_threshold_adjustment,
    threshold_adjustment,
)
from par_plugins.structures import Attribute, AttributeSchema, InputError, LabelStatistics
from tests.references.operating_points import adjusted_prediction

SCHEMA = AttributeSchema(['Female', Attribute('Age', ('child', 'adult', 'old')), 'Hat'])


def statistics(counts=((9, 1), (3, 6, 1), (4, 6))):
    columns = [np.repeat(np.arange(len(row)), row) for row in counts]
    return LabelStatistics.from_targets(np.stack(columns, axis=1), SCHEMA)


def predictions_and_labels(num_images=60, seed=0):
    generator = np.random.default_rng(seed)
    age = generator.dirichlet([1, 3, 1], num_images)
    binary = generator.random((num_images, 2))
    packed = np.concatenate([binary[:, :1], age, binary[:, 1:]], axis=1)
    targets = np.stack([generator.integers(-1, k, num_images) for k in (2, 3, 2)], axis=1)
    return torch.from_numpy(packed), targets


def test_predictions_are_those_of_the_formula():
    p, _ = predictions_and_labels()
    shares = [[0.9, 0.1], [0.3, 0.6, 0.1], [0.4, 0.6]]
    for temperature in (1, 3, 5):
        point = threshold_adjustment(statistics(), temperature=temperature)
        assert point.parameters == {'temperature': temperature}
        for row, found in zip(p.tolist(), point.predictions(p).tolist(), strict=True):
            values = [[1 - row[0], row[0]], row[1:4], [1 - row[4], row[4]]]
            assert found == [
                adjusted_prediction(own, share, temperature)
                for own, share in zip(values, shares, strict=True)
            ]


def test_the_temperature_is_the_one_with_the_best_class_balanced_accuracy():
    for seed in range(5):
        p, targets = predictions_and_labels(seed=seed)
        scores = {
            t: balanced_accuracy(
                threshold_adjustment(statistics(), temperature=t).predictions(p), targets, (2, 3, 2)
            )['balanced_accuracy']
            for t in (1, 2, 3, 4, 5)
        }
        assert len(set(scores.values())) > 2
        point = fit_threshold_adjustment(p, targets, statistics(), temperatures=list(scores))
        assert point.parameters == {'temperature': max(scores, key=scores.get)}


def test_a_rare_value_gains_as_the_temperature_rises():
    p = torch.tensor([[0.3, 0.2, 0.6, 0.2, 0.5]])
    counts = [threshold_adjustment(statistics(), temperature=t).predictions(p) for t in (0, 5)]
    assert counts[0].tolist() == [[0, 1, 1]] and counts[1].tolist() == [[1, 2, 0]]


def test_without_a_known_label_the_first_temperature_is_taken():
    p, targets = predictions_and_labels()
    point = fit_threshold_adjustment(
        p, np.full_like(targets, -1), statistics(), temperatures=[2, 4]
    )
    assert point.parameters == {'temperature': 2}


def test_an_attribute_that_training_does_not_label_is_not_adjusted():
    targets = np.array([[0, -1, 1], [1, -1, 1]])
    point = threshold_adjustment(LabelStatistics.from_targets(targets, SCHEMA), temperature=5)
    assert point.factors[1].tolist() == [1, 1, 1]


def test_nothing_to_choose_from_is_refused():
    p, targets = predictions_and_labels()
    with pytest.raises(InputError, match='temperatures is empty'):
        fit_threshold_adjustment(p, targets, statistics(), temperatures=[])
