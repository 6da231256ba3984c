import random
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.runner import EpochBasedTrainLoop

from par_plugins.engine.hooks import ExactResumeHook
from tests.engine.hooks.toy_loop import toy_runner


@pytest.fixture(autouse=True)
def own_random_numbers():
    """What is drawn and seeded here bears on no other test."""
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()  # noqa: NPY002
    yield
    random.setstate(states[0])
    np.random.set_state(states[1])  # noqa: NPY002
    torch.set_rng_state(states[2])


def draws(seed, epoch):
    """The first random numbers of an epoch."""
    ExactResumeHook().before_train_epoch(toy_runner(seed=seed, epoch=epoch))
    return random.random(), np.random.rand(), torch.rand(()).item()  # noqa: NPY002


def test_the_random_numbers_of_an_epoch_depend_on_seed_and_epoch_alone():
    first = draws(0, 3)
    others = [draws(0, 4), draws(1, 3)]
    assert draws(0, 3) == first
    for other in others:
        assert all(a != b for a, b in zip(first, other, strict=True))


def resumed(epoch, validated, *, resume=True, **loop):
    """How often a resumed run validates before it goes on."""
    calls = []
    train = EpochBasedTrainLoop.__new__(EpochBasedTrainLoop)
    options = {'val_interval': 2, 'val_begin': 1, '_max_epochs': 5, **loop}
    vars(train).update(options)
    val = SimpleNamespace(run=lambda: calls.append(epoch))
    hook = ExactResumeHook()
    meta = {} if validated is None else {'validated_epoch': validated}
    runner = toy_runner(train=train, val=val, epoch=epoch, _resume=resume, _has_loaded=False)
    hook.after_load_checkpoint(runner, {'meta': meta, 'optimizer': {}})
    hook.before_train(runner)
    return len(calls)


def test_a_validation_that_was_due_and_not_finished_is_made_up_for():
    assert resumed(4, validated=2) == 1
    assert resumed(2, validated=None) == 1
    assert resumed(5, validated=4) == 1  # the last epoch is always validated


def test_no_other_resume_validates_first():
    assert resumed(4, validated=4) == 0
    assert resumed(3, validated=2) == 0
    assert resumed(4, validated=2, val_begin=5) == 0
    assert resumed(4, validated=2, resume=False) == 0
    assert resumed(0, validated=None) == 0


def test_a_checkpoint_says_which_epoch_was_validated():
    hook = ExactResumeHook()
    hook.before_val_epoch(toy_runner(epoch=3))
    checkpoint = {'meta': {}}
    hook.before_save_checkpoint(None, checkpoint)
    assert checkpoint['meta'] == {'validated_epoch': 3}
