from types import SimpleNamespace

import numpy as np
import pytest
from torch import nn

from par_plugins.engine.hooks import IdentityHook
from par_plugins.structures import InputError
from tests.engine.hooks.toy_loop import ToyLoop, toy_runner


class Taker(nn.Module):
    taken = None

    def set_identities(self, identities):
        self.taken = identities


def test_the_known_identities_are_handed_over_sorted():
    taker = Taker()
    dataset = SimpleNamespace(pids=np.array([7, -1, 2, 7, 1501]))
    IdentityHook().before_run(
        toy_runner(train=ToyLoop(dataset), model=nn.Sequential(taker, nn.Identity()))
    )
    assert taker.taken == [2, 7, 1501]


def test_wrapped_datasets_are_looked_into():
    taker = Taker()
    parts = [SimpleNamespace(pids=np.array([3])), SimpleNamespace(pids=np.array([1]))]
    wrapped = SimpleNamespace(dataset=SimpleNamespace(datasets=parts), times=2)
    IdentityHook().before_run(toy_runner(train=ToyLoop(wrapped), model=taker))
    assert taker.taken == [1, 3]


def test_where_nobody_asks_or_nothing_trains_nothing_is_gathered():
    IdentityHook().before_run(toy_runner(train=ToyLoop([1, 2]), model=nn.Identity()))
    taker = Taker()
    IdentityHook().before_run(toy_runner(train={'type': 'not built'}, model=taker))
    assert taker.taken is None


def test_a_training_set_without_identities_is_refused():
    with pytest.raises(InputError, match='list has no pids'):
        IdentityHook().before_run(toy_runner(train=ToyLoop([1, 2]), model=Taker()))
