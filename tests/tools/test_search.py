"""From a checkpoint to the search in its embeddings, and to the pictures of its retrieval."""

import http.server
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from mmengine.config import Config

from par_plugins.apis import build_runner
from par_plugins.apis.image_index import ImageIndex, embed_images
from par_plugins.apis.retrieval_set import predict_retrieval_set
from par_plugins.structures import AttributeSchema, InputError

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / 'configs/toy/apr_resnet18_1xb32-12e_toy-market1501-128x64.py'


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
    done = subprocess.run(command, check=True, capture_output=True, text=True, encoding='utf-8')
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


def test_pictures_that_cannot_be_read_are_in_no_index_and_the_rest_is(trained, tmp_path):
    data_root, checkpoint = trained
    folder = tmp_path / 'pictures'
    shutil.copytree(data_root / 'query', folder)
    good = sorted(map(str, folder.glob('*.jpg')))
    (folder / 'bad.jpg').write_bytes(b'\xff\xd8\xff')
    (folder / 'cut\x1b[31m.jpg').write_bytes(Path(good[0]).read_bytes()[:300])
    cfg = config(data_root, tmp_path / 'run')
    cfg.dump(tmp_path / 'config.py')
    command = [sys.executable, ROOT / 'tools/embed.py', tmp_path / 'config.py', checkpoint]
    done = subprocess.run(
        [*command, folder, tmp_path / 'index.npz'], check=True, capture_output=True, text=True
    )
    assert sorted(ImageIndex.load(tmp_path / 'index.npz').names) == good
    said = done.stdout.replace('\n', '')
    assert '2 pictures could not be read and are not in the index:' in said
    assert 'bad.jpg' in said and 'cut\\x1b[31m.jpg' in said and '\x1b[31m.jpg' not in said
    for path in map(Path, good):
        path.unlink()
    with pytest.raises(InputError, match=r'no picture in it can be read, first .*bad\.jpg'):
        embed_images(cfg, str(checkpoint), folder)


def test_pictures_that_were_skipped_are_in_no_ranking(trained, tmp_path):
    data_root, checkpoint = trained
    root = tmp_path / 'Market'
    shutil.copytree(data_root, root)
    cfg = config(root, tmp_path / 'run')
    cfg.test_dataloader.dataset.pipeline[0].on_error = 'skip'
    whole, _ = predict_retrieval_set(cfg.copy(), str(checkpoint))
    broken = Path(whole.names[0]), Path(whole.names[-1])
    for path in broken:
        path.write_bytes(b'')
    problems = []
    found, _ = predict_retrieval_set(cfg, str(checkpoint), on_unreadable=problems.append)
    assert found.names.tolist() == [x for x in whole.names if Path(x) not in broken]
    assert len(problems) == 2 and broken[0].name in problems[0]


def test_names_in_an_index_are_never_fetched(tmp_path):
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_error(404)

    with http.server.HTTPServer(('127.0.0.1', 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            address = f'http://127.0.0.1:{server.server_port}/a.jpg'
            schema = AttributeSchema(['hat'])
            index = ImageIndex(np.array([address]), np.ones((1, 2)), np.ones((1, 1)), schema)
            index.save(tmp_path / 'index.npz')
            command = [sys.executable, ROOT / 'tools/search.py', tmp_path / 'index.npz']
            command += ['--words', 'hat', '--figure', tmp_path / 'found.png']
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        finally:
            server.shutdown()
            thread.join()
    assert done.returncode == 1 and not requests
    assert f"error: '{address}': there is no such file to draw" in done.stderr
