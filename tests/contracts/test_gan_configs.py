"""Every config leaf of a GAN keeps the promise of ``par_plugins.testing.contracts.gan_configs``."""

from pathlib import Path

import pytest
from mmengine.config import Config

from par_plugins.testing import check_config

CONFIGS = Path(__file__).parents[2] / 'configs'
LEAVES = sorted(CONFIGS.glob('[!_]*/mrgan*.py'))


def test_the_leaves_are_found():
    assert len(LEAVES) == 12


@pytest.mark.parametrize('path', LEAVES, ids=lambda path: path.stem)
def test_the_config_loads_builds_trains_draws_and_is_scored(path, tiny_root, tmp_path):
    dataset = Config.fromfile(path).train_dataloader.dataset
    name = dataset.get('dataset', dataset).type
    root = tiny_root('PA100K' if name == 'UnlabelledImages' else name)
    check_config(path, data_root=root, work_dir=tmp_path)
