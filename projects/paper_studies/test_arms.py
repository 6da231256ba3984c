"""The arms of studies build, and what their published results call them is said once."""

import json
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope

STUDIES = Path(__file__).parent
CONFIGS = STUDIES.parents[1] / 'configs'
ARMS = sorted(STUDIES.glob('*/arms/*.py'))
LEAVES = json.loads((STUDIES / 'leaves.json').read_text(encoding='utf-8'))


@pytest.mark.parametrize('path', ARMS, ids=lambda path: f'{path.parents[1].name}/{path.stem}')
def test_an_arm_builds(path):
    cfg = Config.fromfile(path)
    init_default_scope(cfg.default_scope)
    cfg.model.setdefault('data_preprocessor', cfg.data_preprocessor)
    model = MODELS.build(cfg.model)
    assert any(parameter.requires_grad for parameter in model.parameters())


def test_every_arm_of_the_published_results_is_a_leaf():
    stems = {path.stem for path in [*ARMS, *CONFIGS.glob('[!_]*/*.py')]}
    assert {stem for arms in LEAVES.values() for stem in arms.values()} <= stems
    assert len(LEAVES) == 16


@pytest.mark.parametrize('experiment', LEAVES)
def test_leaves_are_named_for_all_arms_that_have_results(experiment):
    study, name = experiment.split('/')
    # Beside the studies, or still beside the leaves.
    (path,) = [
        path
        for path in (
            STUDIES / study / 'results' / f'{name}.json',
            CONFIGS / study / 'results' / f'{name}.json',
        )
        if path.exists()
    ]
    assert set(json.loads(path.read_text(encoding='utf-8'))['runs']) == set(LEAVES[experiment])
