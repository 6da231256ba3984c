"""The options that ``configs/habp/README.md`` gives for the rows of tables 1 and 2 work."""

import pytest
import torch

from par_plugins.models.losses import AttributeCrossEntropyLoss
from tests.contracts.documented_rows import build_row, documented_rows

TABLES = {
    'vgg16': documented_rows('habp', '## Table 1: top-k recall on DeepFashion'),
    'resnet50': documented_rows('habp', '## Table 2: class-balanced accuracy on DeepFashion'),
}
EXPECTED = {
    # type of the loss, of its base, weighting, gamma, learning rate, whether deactivation is there
    'vgg16': {
        'focal loss': ('AttributeFocalLoss', None, 'none', 1.2, 0.2, False),
        'weighted focal loss': ('AttributeFocalLoss', None, 'attribute', 1.2, 0.15, False),
        'OHEM': ('OHEMLoss', 'AttributeCrossEntropyLoss', 'none', None, 0.01, False),
        'weighted CE-A': ('AttributeCrossEntropyLoss', None, 'log_ratio', None, 0.01, False),
        'weighted CE-B': ('AttributeCrossEntropyLoss', None, 'global_ratio', None, 0.01, False),
        'HABP': ('HABPLoss', 'AttributeCrossEntropyLoss', 'none', 1.2, 0.01, False),
        'Deact': ('AttributeCrossEntropyLoss', None, 'none', None, 0.01, True),
        'focal loss and Deact': ('AttributeFocalLoss', None, 'none', 1.2, 0.2, True),
    },
    'resnet50': {
        'CRL': ('ClassRectificationLoss', 'AttributeCrossEntropyLoss', 'none', None, 0.01, False),
        'HABP': ('HABPLoss', 'AttributeCrossEntropyLoss', 'global_ratio', 0.1, 0.01, False),
        'Deact': ('AttributeCrossEntropyLoss', None, 'global_ratio', None, 0.01, True),
    },
}
CASES = [(network, row) for network, rows in EXPECTED.items() for row in rows]


def test_the_rows_are_found():
    assert {network: set(rows) for network, rows in TABLES.items()} == {
        network: set(rows) for network, rows in EXPECTED.items()
    }


@pytest.mark.parametrize(('network', 'row'), CASES)
def test_the_options_of_a_row_build_what_it_names(network, row, tiny_root, monkeypatch):
    monkeypatch.setattr(torch.nn.Conv2d, 'reset_parameters', lambda _: None)  # takes seconds
    method = 'habp_deact_' if 'Deact' in row else ''
    leaf = f'habp/{method}{network}_deepfashion_224'
    cfg, model, _ = build_row(leaf, TABLES[network][row], tiny_root)
    loss = model.head.losses['ce']
    base = getattr(loss, 'base', None)
    found = (
        type(loss).__name__,
        None if base is None else type(base).__name__,
        (loss if base is None else base).weighting,
        getattr(loss, 'gamma', None),
        cfg.optim_wrapper.optimizer.lr,
        'deact' in model.head.losses,
    )
    assert found == EXPECTED[network][row]
    if isinstance(loss, AttributeCrossEntropyLoss):
        assert loss.reduction == 'mean'  # the learning rate is for it
    hooks = [hook.type for hook in cfg.custom_hooks]
    assert ('MRGANGeneratorHook' in hooks) == ('Deact' in row)
