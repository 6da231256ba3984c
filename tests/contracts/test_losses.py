"""Every registered loss keeps the promises of ``par_plugins.testing.contracts.losses``."""

import pytest
from mmengine.registry import MODELS

from par_plugins.testing.contracts import losses as contract
from par_plugins.testing.contracts.registered import registered
from tests.references.losses import REFERENCES

LOSSES = registered(MODELS, 'par_plugins.models.losses')
CASES = [
    pytest.param(name, options, id=f'{name}-{"-".join(map(str, options.values())) or "default"}')
    for name, (_, variants) in REFERENCES.items()
    for options in variants
]


def make(name, options):
    return lambda: MODELS.build({'type': name, **options})


def test_every_loss_has_a_reference_and_every_reference_a_loss():
    assert set(REFERENCES) == set(LOSSES)
    assert len(LOSSES) == 8


@pytest.mark.parametrize(('name', 'options'), CASES)
def test_the_value_is_the_slow_references(name, options):
    contract.check_equals_reference(make(name, options), REFERENCES[name][0])


PROMISES = [
    pytest.param(*case.values, check, id=f'{case.id}-{check.__name__}')
    for case in CASES
    for check in contract.checks(make(*case.values))
]


@pytest.mark.parametrize(('name', 'options', 'check'), PROMISES)
def test_the_promise_is_kept(name, options, check):
    check(make(name, options))
