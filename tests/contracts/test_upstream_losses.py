"""Losses of mmpretrain hang on our heads, and unknown labels take part in none of them."""

from dataclasses import replace

import mmpretrain.models  # noqa: F401
import numpy as np
import pytest
import torch
from mmengine.registry import MODELS
from mmpretrain.structures import DataSample
from torch import nn

from par_plugins.models.heads import AttributeHead
from par_plugins.structures import Attribute, AttributeSchema, InputError
from par_plugins.testing.contracts import losses as contract

BINARY = AttributeSchema(['a', 'b', 'c'])
SINGLE = AttributeSchema(['a'])
CATEGORICAL = AttributeSchema([Attribute('age', ('young', 'adult', 'old'))])
MIXED = contract.SCHEMA

MULTI_LABEL = {
    'focal': {'type': 'mmpretrain.FocalLoss', 'gamma': 1.5, 'loss_weight': 0.5},
    'focal, sum': {'type': 'mmpretrain.FocalLoss', 'reduction': 'sum'},
    'asymmetric': {'type': 'mmpretrain.AsymmetricLoss'},
    'sigmoids': {'type': 'mmpretrain.CrossEntropyLoss', 'use_sigmoid': True},
    'smoothing': {
        'type': 'mmpretrain.LabelSmoothLoss', 'label_smooth_val': 0.1, 'mode': 'multi_label'},
}  # fmt: skip
SOFTMAX = {'type': 'mmpretrain.CrossEntropyLoss', 'loss_weight': 0.5}
SINGLE_LABEL = {
    'softmax': SOFTMAX,
    'smoothing': {'type': 'mmpretrain.LabelSmoothLoss', 'label_smooth_val': 0.1},
    'seesaw': {'type': 'mmpretrain.SeesawLoss', 'num_classes': 3},
}
CASES = [
    *((config, schema) for config in MULTI_LABEL.values() for schema in (BINARY, SINGLE)),
    *((config, CATEGORICAL) for config in SINGLE_LABEL.values()),
    *((SOFTMAX, schema) for schema in (BINARY, MIXED)),
]
HABP_ON_FOCAL = {'type': 'HABPLoss', 'base': MULTI_LABEL['focal'], 'detach': False}


@pytest.mark.parametrize(('config', 'schema'), [*CASES, (HABP_ON_FOCAL, BINARY)])
def test_unknown_labels_enter_no_loss(config, schema):
    contract.check_unknown_logits_do_not_matter(lambda: MODELS.build(config), schema)


@pytest.mark.parametrize('schema', [BINARY, SINGLE])
@pytest.mark.parametrize('config', MULTI_LABEL.values(), ids=MULTI_LABEL)
def test_a_multi_label_loss_is_upstreams_of_the_known_labels_alone(config, schema):
    batch, loss = contract.random_batch(num_images=8, schema=schema), MODELS.build(config)
    known = batch.targets >= 0
    assert known.any() and not known.all()
    # One image with as many attributes as there are known labels.
    expected = loss(batch.logits[known][None], batch.targets[known][None].double())
    torch.testing.assert_close(batch.call(MODELS.build(config)), expected)


@pytest.mark.parametrize('config', SINGLE_LABEL.values(), ids=SINGLE_LABEL)
def test_a_single_label_loss_is_upstreams_of_the_known_images_alone(config):
    batch = contract.random_batch(num_images=8, schema=CATEGORICAL)
    known = batch.targets[:, 0] >= 0
    assert known.any() and not known.all()
    expected = MODELS.build(config)(batch.logits[known], batch.targets[known, 0])
    torch.testing.assert_close(batch.call(MODELS.build(config)), expected)


@pytest.mark.parametrize('schema', [BINARY, CATEGORICAL, MIXED])
def test_upstreams_softmax_is_our_cross_entropy(schema):
    batch = contract.random_batch(schema=schema)
    ours = contract.prepared(
        lambda: MODELS.build({'type': 'AttributeCrossEntropyLoss', 'reduction': 'mean'}), schema
    )
    torch.testing.assert_close(batch.call(MODELS.build(SOFTMAX)), 0.5 * batch.call(ours))


@pytest.mark.parametrize(
    ('config', 'schema'),
    [
        (MULTI_LABEL['focal'], MIXED),
        (SINGLE_LABEL['smoothing'], BINARY),
        ({**SOFTMAX, 'use_soft': True}, CATEGORICAL),
    ],
)
def test_a_loss_for_other_attributes_is_refused(config, schema):
    with pytest.raises(InputError, match='softmax|soft labels'):
        contract.random_batch(schema=schema).call(MODELS.build(config))


class Total(nn.Module):
    """A loss that gives one number for all labels."""

    def forward(self, logits, targets):
        return nn.functional.binary_cross_entropy_with_logits(logits, targets.to(logits))


def head_and_samples(labels):
    head = AttributeHead(4, schema=BINARY, losses={'it': Total()})
    samples = [DataSample() for _ in labels]
    for sample, row in zip(samples, labels, strict=True):
        sample.set_field(np.array(row), 'gt_attributes')
    return head, samples


def test_a_loss_that_gives_nothing_for_a_label_is_refused_where_one_is_unknown():
    features = torch.randn(2, 4)
    head, samples = head_and_samples([[0, 1, 1], [1, 0, 0]])
    expected = Total()(head((features,)), torch.tensor([[0, 1, 1], [1, 0, 0]]))
    torch.testing.assert_close(head.loss((features,), samples)['loss_it'], expected)
    head, samples = head_and_samples([[0, 1, 1], [1, -1, 0]])
    with pytest.raises(InputError, match='Total gives no number a label'):
        head.loss((features,), samples)
    head.losses['it'].masks_unknown = True
    assert head.loss((features,), samples)['loss_it'].isfinite()


class Distances(nn.Module):
    """A loss that asks for features, and does not say that it leaves unknown labels out."""

    inputs = ('features',)

    def forward(self, pred, target, reduction_override=None, *, features):
        return features.square().sum()


def test_a_foreign_loss_gets_what_it_asks_for_where_all_labels_are_known():
    batch = contract.random_batch(schema=BINARY)
    with pytest.raises(InputError, match='Distances gives no number a label'):
        batch.call(Distances())
    known = replace(batch, targets=batch.targets.clamp(min=0))
    assert known.call(Distances()) == batch.features.square().sum()


def test_hung_on_our_heads_upstreams_focal_loss_keeps_the_promises_of_ours():
    # Not all of upstream's do: others compute in single precision, or saturate.
    contract.check_loss(MULTI_LABEL['focal'], schema=AttributeSchema(['a', 'b', 'c', 'd']))
