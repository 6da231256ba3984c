"""The arms of studies build, and what their published results call them is said once."""

import json
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope

from projects.paper_studies.tables import RESULTS

STUDIES = Path(__file__).parent
CONFIGS = STUDIES.parents[1] / 'configs'
ARMS = sorted(STUDIES.glob('*/arms/*.py'))
BY_SCRIPTS = ('mnist_short', 'mnist_full_length', 'mnist_tuning', 'decorrelation_mnist')
"""Experiments of a generator for each subset, whose arms no leaf is."""


@pytest.mark.parametrize('path', ARMS, ids=lambda path: f'{path.parents[1].name}/{path.stem}')
def test_an_arm_builds(path):
    cfg = Config.fromfile(path)
    if cfg.model.get('backbone', {}).get('type') == 'LastBlocks':
        pytest.importorskip('timm')
    init_default_scope(cfg.default_scope)
    cfg.model.setdefault('data_preprocessor', cfg.data_preprocessor)
    model = MODELS.build(cfg.model)
    assert any(parameter.requires_grad for parameter in model.parameters())


@pytest.mark.parametrize('path', RESULTS, ids=lambda path: f'{path.parents[1].name}/{path.stem}')
def test_every_arm_of_the_published_results_is_a_leaf(path):
    results = json.loads(path.read_text(encoding='utf-8'))
    if path.stem in BY_SCRIPTS:
        return
    stems = {path.stem for path in [*ARMS, *CONFIGS.glob('[!_]*/*.py')]}
    assert set(results['leaves']) == set(results['runs'])
    assert set(results['leaves'].values()) <= stems
