"""Every config leaf keeps the promise of ``par_plugins.testing.contracts.configs``."""

from pathlib import Path

import pytest
from mmengine.config import Config

from par_plugins.testing import check_config

CONFIGS = Path(__file__).parents[2] / 'configs'
LEAVES = sorted(path for path in CONFIGS.glob('*/*.py') if path.parent.name != '_base_')
# GANs have a contract of their own: test_gan_configs.py.
CLASSIFIERS = [path for path in LEAVES if not path.stem.startswith('mrgan_')]


def test_the_leaves_are_found():
    assert len(LEAVES) == 48


@pytest.mark.parametrize('path', CLASSIFIERS, ids=lambda path: f'{path.parent.name}/{path.stem}')
def test_the_config_loads_builds_and_trains(path, tiny_root, tmp_path):
    dataset = Config.fromfile(path).train_dataloader.dataset
    dataset = dataset.get('dataset', dataset)  # RepeatDataset's
    root = tiny_root(dataset.type, dataset.get('ann_file'))
    check_config(path, data_root=root, work_dir=tmp_path)


@pytest.mark.parametrize('path', LEAVES, ids=lambda path: f'{path.parent.name}/{path.stem}')
def test_a_leaf_composes_and_says_how_to_run_it(path):
    text = path.read_text(encoding='utf-8')
    assert text.startswith('# ') and f'tools/train.py {path.relative_to(CONFIGS.parent)}' in text
    assert not any(word in text for word in ('def ', 'class ', 'lambda ', 'lambda:'))
    assert len(text.splitlines()) <= 35


def test_a_config_that_keeps_its_worst_epoch_is_told(tiny_root, tmp_path):
    cfg = Config.fromfile(CONFIGS / 'toy/resnet18_toy_pedestrians.py')
    cfg.default_hooks.checkpoint.rule = 'less'
    with pytest.raises(AssertionError, match=r"keeps the epoch with the better.* rule='less'"):
        check_config(cfg, data_root=tiny_root('PA100K'), work_dir=tmp_path)
