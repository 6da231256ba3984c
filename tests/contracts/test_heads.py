"""Every registered head keeps the promises of ``par_plugins.testing.check_head``."""

import pytest
from mmengine.registry import MODELS

from par_plugins.models.heads import AttributeHead
from par_plugins.testing import check_head
from par_plugins.testing.contracts.losses import SCHEMA
from par_plugins.testing.contracts.registered import registered

HEADS = registered(MODELS, 'par_plugins.models.heads')
VARIANTS = {
    'APRHead': [{'num_identities': 3, 'dropout': 0.2}, {'lambda_id': 0, 'dropout': 0.2}],
    'AttributeHead': [
        {},
        {'embedding_channels': 3},
        {'dropout': 0.2, 'norm_logits': True},
        {'dropout': 0.2, 'independent_dropout': True},
    ],
    'AuxiliaryClassHead': [{}, {'embedding_channels': 3}],
    'NearestNeighbourHead': [{'num_neighbours': 2}, {'embedding_channels': 3}],
}
ATTRIBUTES = {'mixed': {'schema': SCHEMA}, 'binary': {'num_attributes': 4}}
CASES = [
    pytest.param(
        {'type': name, 'in_channels': 5, **options, **attributes},
        id=f'{name}-{"-".join(options) or "default"}-{kind}',
    )
    for name, variants in VARIANTS.items()
    for options in variants
    for kind, attributes in ATTRIBUTES.items()
]


def test_every_head_is_tested():
    assert set(VARIANTS) == set(HEADS)
    assert len(HEADS) == 4 and len(CASES) == 20


@pytest.mark.parametrize('config', CASES)
def test_it_keeps_the_promises(config):
    check_head(config)


class Secretive(AttributeHead):
    def predict(self, feats, data_samples=None):
        return super().predict(feats, None)


class Permissive(AttributeHead):
    def set_schema(self, schema):
        pass


@pytest.mark.parametrize(
    ('head', 'promise'),
    [
        (Secretive(5, schema=SCHEMA), 'keeps its labels'),
        (Permissive(5, schema=SCHEMA), 'refuses another order'),
    ],
)
def test_a_head_that_breaks_a_promise_is_told_which(head, promise):
    with pytest.raises(
        AssertionError, match=f'{type(head).__name__} breaks a promise: .*{promise}'
    ):
        check_head(head)
