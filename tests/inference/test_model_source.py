"""A model of the zoo is fetched once, held to its hash, and answers as its files do."""

import functools
import hashlib
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
import yaml

from par_plugins.inference import AttributeInferencer, model_source
from par_plugins.structures import InputError
from par_plugins.testing.toy_pedestrians import ToyPedestrians
from tests.inference.toy_model import config, stored


class Counting(SimpleHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def log_message(self, *args):
        self.asked.append(self.path)


@pytest.fixture
def zoo(tmp_path, monkeypatch):
    """A folder with an index of one model, whose weights a server on this machine has."""
    monkeypatch.setattr('torch.hub._hub_dir', str(tmp_path / 'hub'))
    monkeypatch.setattr(Counting, 'asked', [])
    weights = stored(config(), tmp_path / 'weights.pth')
    sha256 = hashlib.sha256((tmp_path / 'weights.pth').read_bytes()).hexdigest()
    (tmp_path / 'site').mkdir()
    served = shutil.copy(weights, tmp_path / f'site/walker-{sha256[:8]}.pth')
    config().dump(tmp_path / 'walker.py')
    handler = functools.partial(Counting, directory=str(tmp_path / 'site'))
    with ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        address = f'http://127.0.0.1:{server.server_port}/walker-{sha256[:8]}.pth'
        entry = {'Name': 'walker', 'Config': 'walker.py', 'Weights': address}
        entry['Metadata'] = {'SHA256': sha256}
        write_index(tmp_path, entry)
        monkeypatch.setattr(model_source, 'INDEX', tmp_path / 'model-index.yml')
        yield tmp_path, entry, served
        server.shutdown()


def write_index(folder, entry):
    index = {'Import': ['metafile.yml']}
    (folder / 'model-index.yml').write_text(yaml.safe_dump(index), encoding='utf-8')
    content = yaml.safe_dump({'Models': [{'Name': 'unreleased', 'Weights': None}, entry]})
    (folder / 'metafile.yml').write_text(content, encoding='utf-8')


def test_a_name_answers_as_its_files_do_and_is_fetched_once(zoo):
    folder, _, served = zoo
    image = ToyPedestrians(1).image(0)
    expected = AttributeInferencer(config(), served)(image)['predictions']
    for _ in range(2):
        assert AttributeInferencer('walker')(image)['predictions'] == expected
    assert len(Counting.asked) == 1
    assert [path.name for path in (folder / 'hub/checkpoints').iterdir()] == [served.name]


def test_another_file_than_was_released_is_refused(zoo):
    folder, entry, _ = zoo
    path = folder / 'site' / entry['Weights'].rpartition('/')[2]
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match='cannot be fetched.*invalid hash'):
        AttributeInferencer('walker')
    assert not list((folder / 'hub/checkpoints').iterdir())


def test_a_kept_file_that_was_changed_is_refused(zoo):
    folder, _, _ = zoo
    AttributeInferencer('walker')
    (kept,) = (folder / 'hub/checkpoints').iterdir()
    kept.write_bytes(kept.read_bytes()[:-1])
    with pytest.raises(InputError, match='remove it, and'):
        AttributeInferencer('walker')


def test_a_name_without_a_hash_is_not_fetched(zoo):
    folder, entry, _ = zoo
    write_index(folder, {**entry, 'Weights': 'http://127.0.0.1:9/walker.pth', 'Metadata': {}})
    with pytest.raises(InputError, match='has no hash in its name'):
        AttributeInferencer('walker')


def test_a_model_that_is_not_released_asks_for_its_weights(zoo):
    with pytest.raises(InputError, match='unreleased: there is no such config or leaf'):
        AttributeInferencer('unreleased')
    with pytest.raises(InputError, match='weights: a checkpoint is needed'):
        AttributeInferencer(zoo[0] / 'walker.py')


def test_a_folder_without_one_checkpoint_of_its_name_is_refused(tmp_path):
    (tmp_path / 'config.py').write_text('model = {}\n', encoding='utf-8')
    with pytest.raises(InputError, match='holds 0 files NAME-HASH.pth'):
        AttributeInferencer(tmp_path)
    (tmp_path / 'a-01234567.pth').write_bytes(b'other')
    with pytest.raises(InputError, match='does not begin with 01234567'):
        AttributeInferencer(tmp_path)
