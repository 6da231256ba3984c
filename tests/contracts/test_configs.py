"""Every config leaf keeps the promise of ``par_plugins.testing.contracts.configs``."""

import ast
from collections import Counter
from pathlib import Path

import pytest
from mmengine.config import Config

from par_plugins.testing import check_config
from tests.contracts.config_leaves import CONFIGS, LEAVES, NAME, ROOT, STUDIES, name_of, read_leaf

# GANs have a contract of their own: test_gan_configs.py.
CLASSIFIERS = [path for path in LEAVES if not path.stem.startswith('mrgan')]


def test_the_leaves_are_found():
    assert len(LEAVES) == 191


@pytest.mark.parametrize('path', CLASSIFIERS, ids=name_of)
def test_the_config_loads_builds_and_trains(path, tiny_root, tmp_path):
    dataset = read_leaf(path).train_dataloader.dataset
    dataset = dataset.get('dataset', dataset)  # RepeatDataset's
    root = tiny_root(dataset.type, dataset.get('ann_file'))
    check_config(path, data_root=root, work_dir=tmp_path)


@pytest.mark.parametrize('path', LEAVES, ids=name_of)
def test_a_leaf_composes_and_says_how_to_run_it(path):
    text = path.read_text(encoding='utf-8')
    assert text.startswith('# ') and f'tools/train.py {path.relative_to(ROOT)}' in text
    code = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While)
    assert not any(isinstance(node, code) for node in ast.walk(ast.parse(text)))
    assert len(text.splitlines()) <= 35


def test_a_config_that_keeps_its_worst_epoch_is_told(tiny_root, tmp_path):
    cfg = Config.fromfile(CONFIGS / 'toy/cross-entropy_resnet18_1xb32-6e_toy-pedestrians-128x64.py')
    cfg.default_hooks.checkpoint.rule = 'less'
    with pytest.raises(AssertionError, match=r"keeps the epoch with the better.* rule='less'"):
        check_config(cfg, data_root=tiny_root('PA100K'), work_dir=tmp_path)


def test_no_two_leaves_of_the_repository_share_a_name():
    stems = Counter(path.stem for path in [*LEAVES, *STUDIES])
    assert [stem for stem, count in stems.items() if count > 1] == []


@pytest.mark.parametrize('path', [*LEAVES, *STUDIES], ids=name_of)
def test_a_name_says_what_is_in_the_leaf(path):
    name = NAME.fullmatch(path.stem)
    assert name, f'{path.stem}: not {{method}}_{{network}}_{{gpus}}xb{{batch}}-...'
    cfg = read_leaf(path)
    assert cfg.train_dataloader.batch_size == int(name['batch'])
    assert cfg.auto_scale_lr.base_batch_size == int(name['gpus']) * int(name['batch'])
    length = cfg.train_cfg.max_epochs if name['unit'] == 'e' else cfg.train_cfg.max_iters
    assert length == int(name['length'])
    assert tuple(cfg.image_size) == (int(name['width']), int(name['height']))


@pytest.mark.parametrize('path', LEAVES, ids=name_of)
def test_configs_that_a_leaf_names_are_there_from_any_directory(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in strings(Config.fromfile(path).to_dict()):
        if name.endswith('.py'):
            assert Path(name).is_file(), name


def test_every_hook_of_ours_can_be_addressed_by_name():
    for path in LEAVES:
        assert not read_leaf(path).get('custom_hooks'), path


def test_an_option_changes_a_hook_by_its_name():
    cfg = Config.fromfile(CONFIGS / 'toy/deact_resnet18_1xb32-6e_toy-pedestrians-128x64.py')
    cfg.merge_from_dict({'default_hooks.generator.sigma_p': 0.25})
    assert cfg.default_hooks.generator.sigma_p == 0.25
    assert cfg.default_hooks.generator.type == 'MRGANGeneratorHook'


def strings(value):
    """All strings of a nested config."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def test_the_arms_of_studies_are_found():
    assert {path.parents[1].name for path in STUDIES} == {'apr', 'crl', 'dai', 'habp'}
    assert len(STUDIES) == 59
