"""Every registered head keeps the promises of ``par_plugins.testing.contracts.heads``."""

import pytest
import torch
from mmengine.registry import MODELS

from par_plugins.testing.contracts import heads as contract
from par_plugins.testing.contracts.losses import random_batch
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
CASES = [
    pytest.param(name, options, id=f'{name}-{"-".join(options) or "default"}')
    for name, variants in VARIANTS.items()
    for options in variants
]


def test_every_head_is_tested():
    assert set(VARIANTS) == set(HEADS)


@pytest.mark.parametrize(
    'check',
    [
        contract.check_logits_are_packed,
        contract.check_predictions_are_probabilities,
        contract.check_losses_train_it,
        contract.check_another_schema_is_refused,
    ],
    ids=lambda check: check.__name__,
)
@pytest.mark.parametrize(('name', 'options'), CASES)
def test_the_promise_is_kept(name, options, check):
    def make(schema):
        head = MODELS.build(
            {'type': name, 'in_channels': contract.NUM_FEATURES, 'schema': schema, **options}
        )
        if hasattr(head, 'set_gallery'):
            batch = random_batch(dtype=torch.float32)
            head.set_gallery(head.pre_logits((batch.features,)).detach(), batch.targets)
        return head

    check(make)
