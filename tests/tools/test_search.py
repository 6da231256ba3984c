"""From a checkpoint to the search in its embeddings, and to the pictures of its retrieval."""

import http.server
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config

from par_plugins.apis import build_runner
from par_plugins.apis.retrieval_set import predict_retrieval_set
from par_plugins.search import IndexedPerson, IndexRows, PersonIndex
from par_plugins.structures import AttributeSchema
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from par_runtime.installed_files import starter_path
from par_runtime.onnx_model import OnnxAttributeModel

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


def run(tool, *arguments):
    command = [sys.executable, ROOT / 'tools' / f'{tool}.py', *map(str, arguments)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding='utf-8',
        check=False,
        env={**os.environ, 'COLUMNS': '300'},
    )


@pytest.fixture(scope='module')
def indexed(trained, tmp_path_factory):
    """The folder of the queries, among which are two that cannot be read, and its index."""
    data_root, checkpoint = trained
    folder = tmp_path_factory.mktemp('indexed')
    pictures = folder / 'pictures'
    shutil.copytree(data_root / 'query', pictures)
    good = sorted(map(str, pictures.glob('*.jpg')))
    (pictures / 'bad.jpg').write_bytes(b'\xff\xd8\xff')
    (pictures / 'cut\x1b[31m.jpg').write_bytes(Path(good[0]).read_bytes()[:300])
    config(data_root, folder / 'run').dump(folder / 'config.py')
    options = [
        '--model',
        folder / 'config.py',
        '--weights',
        checkpoint,
        '--index',
        folder / 'index',
    ]
    done = run('embed', pictures, *options)
    assert done.returncode == 0, done.stderr
    return good, folder / 'index', done


def test_pictures_that_cannot_be_read_are_in_no_index_and_the_rest_is(indexed):
    good, index, done = indexed
    assert [person.source for person in PersonIndex(index).people()] == good
    said = done.stderr.replace('\n', '')
    assert '2 could not be read and are not in the index:' in said
    assert 'bad.jpg' in said and 'cut\\x1b[31m.jpg' in said and '\x1b[31m.jpg' not in said
    assert f'{len(good)} people more, {len(good)} in all, embeddings of width 32' in done.stdout


def test_people_are_found_by_words_and_by_themselves_without_a_config(indexed, tmp_path):
    good, index, _ = indexed
    other = shutil.copy(good[1], tmp_path / 'somebody.jpg')  # the model has to look at it
    for picture in (good[1], other):
        figure = tmp_path / f'{Path(picture).stem}.png'
        arguments = ['--picture', picture, '--words', 'not old', '--at-least', '0']
        done = run('search', index, *arguments, '--figure', figure)
        assert done.returncode == 0, done.stderr
        assert 'Asked for: not age = old' in done.stdout
        first = next(line for line in done.stdout.splitlines() if ' 1 ' in line)
        assert Path(good[1]).name[:12] in first and '0.000' in first
        assert figure.stat().st_size > 5_000


def test_an_exported_network_looks_at_people_and_at_the_picture_asked_for(tmp_path):
    pytest.importorskip('onnxruntime')
    model = OnnxAttributeModel(shutil.copy(starter_path(), tmp_path / 'model.onnx'))
    (tmp_path / 'people').mkdir()
    images = [ToyPedestrians(3).image(number) for number in range(3)]
    for number, image in enumerate(images):
        cv2.imwrite(str(tmp_path / f'people/{number}.png'), image)
    done = run('embed', tmp_path / 'people', '--model', model.source, '--index', tmp_path / 'index')
    assert done.returncode == 0, done.stderr
    index = PersonIndex(tmp_path / 'index')
    probabilities, embeddings = model.predict([image[:, :, ::-1] for image in images])
    np.testing.assert_allclose(index.probabilities, probabilities, atol=1e-6)
    np.testing.assert_allclose(index.embeddings, embeddings, rtol=1e-5, atol=1e-6)
    moved = Path(model.source).rename(tmp_path / 'moved.onnx')
    picture = shutil.copy(tmp_path / 'people/1.png', tmp_path / 'somebody.png')
    done = run('search', tmp_path / 'index', '--picture', picture, '--weights', moved)
    assert done.returncode == 0, done.stderr
    first = next(line for line in done.stdout.splitlines() if ' 1 ' in line)
    assert '1.png' in first and '0.000' in first
    shutil.copy(starter_path(), tmp_path / 'other.onnx')
    with (tmp_path / 'other.onnx').open('ab') as file:
        file.write(b' ')
    done = run('search', tmp_path / 'index', '--picture', picture, '--weights', file.name)
    assert done.returncode == 1 and 'other weights than those of the index' in done.stderr


def test_what_is_not_understood_is_said_and_what_is_damaged_is_one_sentence(indexed, tmp_path):
    _, index, _ = indexed
    done = run('search', index, '--words', 'hat, jetpack')
    assert done.returncode == 0 and "Not understood: 'jetpack'" in done.stderr
    done = run('search', tmp_path, '--words', 'hat')
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith(f'error: {tmp_path}: not an index')


def test_the_test_set_comes_with_its_labels(trained, tmp_path):
    data_root, checkpoint = trained
    found, schema = predict_retrieval_set(config(data_root, tmp_path), str(checkpoint))
    queries = [Path(name).parent.name == 'query' for name in found.names]
    np.testing.assert_array_equal(found.is_query, queries)
    pids = [int(Path(name).name.split('_')[0]) for name in found.names]
    np.testing.assert_array_equal(found.pids, pids)
    assert found.probabilities.shape == (len(pids), schema.num_logits)


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
            index = PersonIndex.create(tmp_path / 'index', schema, width=2)
            index.append(IndexRows([IndexedPerson(address)], np.ones((1, 2)), np.ones((1, 1))))
            figure = tmp_path / 'found.png'
            done = run('search', tmp_path / 'index', '--words', 'hat', '--figure', figure)
        finally:
            server.shutdown()
            thread.join()
    assert done.returncode == 1 and not requests
    assert f"error: '{address}': there is no such file to draw" in done.stderr
