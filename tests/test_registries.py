"""Our names live in the root registries and belong to nobody upstream."""

import importlib

import mmengine.registry
import pytest
from mmengine.registry import Registry

import par_plugins  # noqa: F401  (registers everything)

ROOTS = {
    name: registry
    for name, registry in vars(mmengine.registry).items()
    if isinstance(registry, Registry)
}


def ours():
    return {
        (root, name)
        for root, registry in ROOTS.items()
        for name, found in registry.module_dict.items()
        if found.__module__.startswith('par_plugins.')
    }


def test_everything_is_registered_by_importing_the_package():
    assert {
        ('DATASETS', 'PA100K'),
        ('DATASETS', 'AttributeCSV'),
        ('TRANSFORMS', 'LoadPersonImage'),
        ('MODELS', 'AttributeHead'),
        ('MODELS', 'AttributeCrossEntropyLoss'),
        ('METRICS', 'AttributeMetric'),
        ('METRICS', 'BalancedAccuracyMetric'),
        ('HOOKS', 'LabelStatisticsHook'),
    } <= ours()


@pytest.mark.parametrize('upstream', ['mmengine', 'mmpretrain', 'mmcv', 'mmdet'])
def test_no_name_of_ours_is_taken_upstream(upstream):
    if upstream == 'mmdet':
        pytest.importorskip('mmdet', reason='mmdet is not installed: make install-det')
        pytest.importorskip('mmcv.ops', reason="mmcv's compiled operators are missing")
    module = importlib.import_module(
        f'{upstream}.registry' if upstream != 'mmcv' else 'mmengine.registry'
    )
    if upstream in ('mmpretrain', 'mmdet'):
        importlib.import_module(f'{upstream}.utils').register_all_modules(init_default_scope=False)
    taken, counted = set(), 0
    for root, registry in vars(module).items():
        if isinstance(registry, Registry):
            names = {
                n for n, f in registry.module_dict.items() if f.__module__.startswith(upstream)
            }
            counted += len(names)
            taken |= {(root, name) for name in names}
    assert counted > 5, f'found nothing registered by {upstream}'
    assert not {name for _, name in ours()} & {name for _, name in taken}
