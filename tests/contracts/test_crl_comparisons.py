"""The options that ``configs/crl/README.md`` gives for the papers' rows work."""

import pytest
from mmengine.registry import HOOKS

from tests.contracts.documented_rows import build_row, documented_rows

ROWS = documented_rows('crl', "## The papers' rows")
CELEBA = 'deepid2_celeba_55x47_tpami2019'
RESNET32 = 'cifar_resnet32_cifar100_longtail'
EXPECTED = {
    # leaf, type of the loss, what it must have, type of the sampler
    'CRL of ICCV 2017': (
        'deepid2_celeba_55x47_iccv2017',
        'ClassRectificationLoss',
        {'variant': 'iccv2017', 'mining': 'instance', 'comparison': 'relative'},
        'DefaultSampler',
    ),
    'CRL of TPAMI 2019': (
        CELEBA,
        'ClassRectificationLoss',
        {'variant': 'tpami2019', 'mining': 'class', 'eta': 0.01, 'alpha': None},
        'DefaultSampler',
    ),
    'the same, ResNet-32 and DenseNet': (
        RESNET32,
        'ClassRectificationLoss',
        {'eta': 0.5, 'alpha': None},
        'DefaultSampler',
    ),
    'the same, balanced CIFAR-100': (
        RESNET32,
        'ClassRectificationLoss',
        {'alpha': 0.5},
        'DefaultSampler',
    ),
    'over-sampling': (CELEBA, 'AttributeCrossEntropyLoss', {}, 'MultiLabelOverSampler'),
    'down-sampling': (CELEBA, 'AttributeCrossEntropyLoss', {}, 'MultiLabelDownSampler'),
    'cost-sensitive': (
        CELEBA,
        'AttributeCrossEntropyLoss',
        {'weighting': 'exp', 'loss_weight': 0.3679},
        'DefaultSampler',
    ),
    'LMLE': (CELEBA, 'LMLELoss', {}, 'DefaultSampler'),
    'Triplet-kNN': (CELEBA, 'SemiHardTripletLoss', {}, 'DefaultSampler'),
}
NEIGHBOURS = {
    'LMLE': {'ClassClusterHook', 'NearestNeighbourHook'},
    'Triplet-kNN': {'NearestNeighbourHook'},
}


def test_the_rows_are_found():
    assert set(ROWS) == set(EXPECTED)


@pytest.mark.parametrize('row', EXPECTED)
def test_the_options_of_a_row_build_what_it_names(row, tiny_root):
    leaf, kind, values, sampler = EXPECTED[row]
    cfg, model, drawn_by = build_row(f'crl/{leaf}', ROWS[row], tiny_root)
    (loss,) = model.head.losses.values()
    assert type(loss).__name__ == kind and type(drawn_by).__name__ == sampler
    assert {name: getattr(loss, name) for name in values} == values
    hooks = [
        HOOKS.build(hook)
        for hook in cfg.default_hooks.values()
        if 'Cluster' in hook.type or 'Neighbour' in hook.type
    ]
    assert {type(hook).__name__ for hook in hooks} == NEIGHBOURS.get(row, set())
    assert (type(model.head).__name__ == 'NearestNeighbourHead') == (row in NEIGHBOURS)
