"""Every config leaf keeps the promise of ``par_plugins.testing.contracts.configs``."""

import ast
import json
from collections import Counter
from copy import deepcopy
from functools import cache
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import DATASETS, MODELS, init_default_scope

from par_plugins.apis.runner import FROM_DATASET
from par_plugins.testing import check_config
from par_plugins.testing.contracts.heads import features_and_samples
from par_plugins.testing.contracts.losses import tell
from par_plugins.testing.contracts.two_images import leave_two_images
from tests.contracts.config_leaves import (
    CONFIGS,
    LEAVES,
    ROOT,
    STUDIES,
    name_matched,
    name_of,
    read_leaf,
    step_takers,
    to_step,
)

# GANs have a contract of their own: test_gan_configs.py.
CLASSIFIERS = [path for path in LEAVES if not path.stem.startswith('mrgan')]


def test_the_leaves_are_found():
    assert len(LEAVES) == 193
    assert len(step_takers(LEAVES)) < len(LEAVES) / 2


def test_every_method_network_and_dataset_takes_a_step_whatever_is_left_out():
    def words(leaves):
        return {
            (word, name_matched(path)[word].rstrip('0123456789.-'))
            for path in leaves
            for word in ('method', 'network', 'data')
        }

    assert words(step_takers(LEAVES)) == words(LEAVES)


@pytest.mark.parametrize('path', to_step(CLASSIFIERS))
def test_the_config_loads_builds_and_trains(path, tiny_root, tmp_path):
    check_config(path, data_root=tiny_root_of(path, tiny_root), work_dir=tmp_path)


@pytest.mark.parametrize('path', CLASSIFIERS, ids=name_of)
def test_the_losses_of_a_leaf_are_numbers_on_features(path, tiny_root):
    cfg = deepcopy(read_leaf(path))
    init_default_scope(cfg.default_scope)
    data = leave_two_images(cfg, tiny_root_of(path, tiny_root))
    schema = schema_of(json.dumps({**data.to_dict(), 'pipeline': []}))
    if cfg.model.head.get('schema') == FROM_DATASET:
        cfg.model.head.schema = schema
    head = tell(MODELS.build(cfg.model.head), schema)
    features, samples = features_and_samples(head)
    if 'generator' in cfg.default_hooks:
        samples[1].set_field(True, 'synthetic', field_type='metainfo')
    losses = head.train().loss(features, samples)
    assert {f'loss_{name}' for name in cfg.model.head.get('losses', {})} <= set(losses)
    assert losses and all(value.ndim == 0 and value.isfinite() for value in losses.values())


@cache
def schema_of(dataset):
    """The schema of a dataset, from its config as JSON."""
    return DATASETS.build(json.loads(dataset)).metainfo['schema']


def train_set(cfg):
    """The config of the training set, without what repeats it."""
    dataset = cfg.train_dataloader.dataset
    return dataset.get('dataset', dataset)


def tiny_root_of(path, tiny_root):
    """The folder of a tiny dataset in the format that a leaf reads."""
    dataset = train_set(read_leaf(path))
    return str(tiny_root(dataset.type, dataset.get('ann_file')))


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
    name, cfg = name_matched(path), read_leaf(path)
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
    assert {path.parents[1].name for path in STUDIES} == {
        'apr',
        'crl',
        'dai',
        'habp',
        'pedestrians',
    }
    assert len(STUDIES) == 94
