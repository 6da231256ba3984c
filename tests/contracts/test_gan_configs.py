"""Every config leaf of a GAN keeps the promise of ``par_plugins.testing.contracts.gan_configs``."""

import pytest

from par_plugins.testing import check_config
from tests.contracts.config_leaves import LEAVES, read_leaf, to_step

GANS = [path for path in LEAVES if path.stem.startswith('mrgan')]


def test_the_leaves_are_found():
    assert len(GANS) == 12


@pytest.mark.parametrize('path', to_step(GANS))
def test_the_config_loads_builds_trains_draws_and_is_scored(path, tiny_root, tmp_path):
    dataset = read_leaf(path).train_dataloader.dataset
    name = dataset.get('dataset', dataset).type
    root = tiny_root('PA100K' if name == 'UnlabelledImages' else name)
    check_config(path, data_root=root, work_dir=tmp_path)
