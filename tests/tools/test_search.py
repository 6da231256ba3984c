"""From a checkpoint to the search in its embeddings, and to the pictures of its retrieval."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config

from par_plugins.apis import build_runner
from par_plugins.apis.image_index import ImageIndex, embed_images
from par_plugins.apis.retrieval_set import predict_retrieval_set

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / 'configs/apr/apr_resnet18_toy_market1501_128x64.py'


def config(data_root, work_dir):
    cfg = Config.fromfile(CONFIG)
    for split in ('train', 'val', 'test'):
        loader = cfg[f'{split}_dataloader']
        loader.update(batch_size=8, num_workers=0)
        loader.dataset.update(data_root=str(data_root), num_val_identities=1)
    cfg.model.backbone.update(base_channels=4, stem_channels=4)
    cfg.model.head.update(in_channels=32)
    cfg.train_cfg.update(max_epochs=1)
    cfg.work_dir, cfg.launcher = str(work_dir), 'none'
    return cfg


@pytest.fixture(scope='module')
def trained(tiny_root, tmp_path_factory):
    """The data's folder and a checkpoint of an epoch."""
    data_root, work_dir = tiny_root('Market1501'), tmp_path_factory.mktemp('run')
    build_runner(config(data_root, work_dir)).train()
    return data_root, work_dir / 'epoch_1.pth'


def test_pictures_of_a_folder_are_found_by_words_and_by_themselves(trained, tmp_path):
    data_root, checkpoint = trained
    index = embed_images(config(data_root, tmp_path), str(checkpoint), data_root / 'query')
    assert sorted(index.names) == sorted(map(str, (data_root / 'query').glob('*.jpg')))
    assert index.embeddings.shape == (len(index.names), 32)
    index.save(tmp_path / 'index.npz')
    command = [sys.executable, ROOT / 'tools/search.py', tmp_path / 'index.npz']
    command += ['--picture', index.names[1], '--words', 'not age old', '--at-least', '0']
    command += ['--figure', tmp_path / 'found.png']
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert 'Asked for: not age = old' in done.stdout and '0.0000' in done.stdout
    assert (tmp_path / 'found.png').stat().st_size > 5_000


def test_one_picture_is_embedded_as_it_is_in_its_folder(trained, tmp_path):
    data_root, checkpoint = trained
    all_of_them, one = (
        embed_images(config(data_root, tmp_path), str(checkpoint), path)
        for path in (data_root / 'query', next(iter((data_root / 'query').glob('*.jpg'))))
    )
    row = all_of_them.names.tolist().index(one.names[0])
    np.testing.assert_allclose(one.embeddings[0], all_of_them.embeddings[row], atol=1e-5)
    assert isinstance(one, ImageIndex)


def test_the_test_set_comes_with_its_labels(trained, tmp_path):
    data_root, checkpoint = trained
    found, schema = predict_retrieval_set(config(data_root, tmp_path), str(checkpoint))
    queries = [Path(name).parent.name == 'query' for name in found.names]
    np.testing.assert_array_equal(found.is_query, queries)
    pids = [int(Path(name).name.split('_')[0]) for name in found.names]
    np.testing.assert_array_equal(found.pids, pids)
    assert found.probabilities.shape == (len(pids), schema.num_logits)
