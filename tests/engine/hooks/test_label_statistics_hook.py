from types import SimpleNamespace

import numpy as np
import pytest
import torch

from par_plugins.engine.hooks import LabelStatisticsHook
from par_plugins.structures import Attribute, AttributeSchema, InputError
from tests.engine.hooks.toy_loop import ToyLoop, toy_runner

SCHEMA = AttributeSchema(['Hat', Attribute('Age', ('child', 'adult', 'old'))])
TARGETS = np.array([[1, 0], [0, 2], [-1, 2]])


class Counting(torch.nn.Module):
    def set_label_statistics(self, statistics):
        self.statistics = statistics


def dataset(targets=TARGETS, schema=SCHEMA, **parts):
    own = {} if targets is None else {'targets': targets}
    return SimpleNamespace(metainfo={} if schema is None else {'schema': schema}, **own, **parts)


def counts(data):
    """What the modules of a model are told of a training set."""
    first, second = Counting(), Counting()
    model = torch.nn.Sequential(first, torch.nn.Sequential(second), torch.nn.Linear(1, 1))
    LabelStatisticsHook().before_run(toy_runner(train=ToyLoop(data), model=model))
    assert first.statistics is second.statistics
    return first.statistics.counts.tolist()


def test_every_module_that_asks_is_told_the_counts_of_known_labels():
    assert counts(dataset()) == [[1, 1, 0], [1, 0, 2]]


def test_a_repeated_dataset_counts_once_and_joined_ones_together():
    own, other = dataset(), dataset(np.array([[1, 1]]))
    assert counts(dataset(None, dataset=own, times=3)) == counts(own)
    assert counts(dataset(None, datasets=[own, other])) == [[1, 2, 0], [1, 1, 2]]
    assert counts(dataset(None, datasets=[own, own, other])) == [[1, 2, 0], [1, 1, 2]]


def test_a_run_without_training_counts_nothing():
    module = Counting()
    LabelStatisticsHook().before_run(toy_runner(train={'type': 'not built'}, model=module))
    assert not hasattr(module, 'statistics')


@pytest.mark.parametrize(
    ('data', 'problem'),
    [(dataset(None), 'has no targets'), (dataset(schema=None), 'has no schema')],
)
def test_a_dataset_without_labels_or_schema_is_named(data, problem):
    with pytest.raises(InputError, match=f'SimpleNamespace {problem}'):
        counts(data)
