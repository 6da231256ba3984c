"""Every registered loss keeps the promises of ``par_plugins.testing.check_loss``."""

import pytest
import torch
from mmengine.registry import MODELS

from par_plugins.models.losses import AttributeCrossEntropyLoss
from par_plugins.structures import AttributeSchema
from par_plugins.testing import check_loss
from par_plugins.testing.contracts.registered import registered
from tests.references.losses import REFERENCES

LOSSES = registered(MODELS, 'par_plugins.models.losses')
CASES = [
    pytest.param(name, options, id=f'{name}-{"-".join(map(str, options.values())) or "default"}')
    for name, (_, variants) in REFERENCES.items()
    for options in variants
]


def test_every_loss_has_a_reference_and_every_reference_a_loss():
    assert set(REFERENCES) == set(LOSSES)
    assert len(LOSSES) == 10 and len(CASES) == 34


@pytest.mark.parametrize(('name', 'options'), CASES)
def test_it_keeps_the_promises_and_its_value_is_the_slow_references(name, options):
    check_loss({'type': name, **options}, REFERENCES[name][0])


@pytest.mark.parametrize(
    ('name', 'options'), [case for case in CASES if 'HABP' in case.id or 'Attribute' in case.id]
)
def test_the_way_of_binary_attributes_alone_keeps_the_same_promises(name, options):
    schema = AttributeSchema(['a', 'b', 'c', 'd'])
    check_loss({'type': name, **options}, REFERENCES[name][0], schema)


class UnknownIsNo(AttributeCrossEntropyLoss):
    def forward(self, pred, target, **more):
        return super().forward(pred, target.clamp(min=0), **more)


class Constant(AttributeCrossEntropyLoss):
    def forward(self, pred, target, **more):
        return super().forward(pred, target, **more).detach() + 0 * pred.sum()


class Synchronising(AttributeCrossEntropyLoss):
    def forward(self, pred, target, **more):
        loss = super().forward(pred, target, **more)
        return loss if loss.item() > -1 else -loss


class BinaryAlone(AttributeCrossEntropyLoss):
    def forward(self, pred, target, **more):
        return ((target >= 0) * pred.sigmoid() * target).mean()


@pytest.mark.parametrize(
    ('loss', 'promise'),
    [
        (UnknownIsNo(), 'unknown'),
        (BinaryAlone(), r'Logits come packed .*The size of tensor'),
        (Constant(), 'The gradient is that of the value'),
        (Synchronising(), 'No value of a tensor is asked for on the host'),
        (torch.nn.BCEWithLogitsLoss(), 'gives no number a label'),
    ],
)
def test_a_loss_that_breaks_a_promise_is_told_which(loss, promise):
    with pytest.raises(
        AssertionError, match=f'{type(loss).__name__} breaks a promise: .*{promise}'
    ):
        check_loss(loss)


def test_a_value_that_is_not_the_references_is_a_broken_promise():
    with pytest.raises(AssertionError, match='the value is that of the slow reference'):
        check_loss(AttributeCrossEntropyLoss(), lambda loss, batch: 1.0)
