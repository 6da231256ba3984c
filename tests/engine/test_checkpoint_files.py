import hashlib
import os
import pickle
import re
import subprocess
import sys
import tarfile
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.runner import CheckpointLoader

from par_plugins.engine import checkpoint_files
from par_plugins.engine.checkpoint_files import load_checkpoint_file
from par_plugins.structures import Attribute, AttributeSchema, InputError


class Hostile:
    """Unpickling it makes a folder."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize('zipped', [True, False])
def test_a_checkpoint_made_to_run_code_is_refused_and_does_nothing(tmp_path, zipped):
    trap, path = tmp_path / 'trap', tmp_path / 'hostile.pth'
    torch.save({'state_dict': Hostile(trap)}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(InputError, match=r'hostile\.pth: not a whole checkpoint') as caught:
        load_checkpoint_file(str(path))
    assert not trap.exists() and '\n' not in str(caught.value)
    path.write_bytes(pickle.dumps(Hostile(trap)))
    with pytest.raises(InputError):
        load_checkpoint_file(str(path))
    assert not trap.exists()
    pickle.loads(path.read_bytes())
    assert trap.exists()  # so the file would have done it


class Writing(torch.nn.Module):
    """Loaded as a TorchScript archive, it writes a file."""

    def __init__(self, path: str):
        super().__init__()
        self.path = path

    @torch.jit.export
    def __getstate__(self):
        return self.path

    @torch.jit.export
    def __setstate__(self, path: str):
        self.path = path
        self.training = False
        torch.save(torch.ones(1), path)

    def forward(self, x):
        return x


def test_a_torchscript_archive_is_refused_and_does_nothing(tmp_path):
    trap, path = tmp_path / 'trap', tmp_path / 'script.pth'
    torch.jit.save(torch.jit.script(Writing(str(trap))), path)
    with pytest.raises(InputError, match=r'script\.pth: not a whole checkpoint .*TorchScript'):
        load_checkpoint_file(str(path))
    assert not trap.exists()
    torch.jit.load(path)
    assert trap.exists()  # so the file would have done it


def test_a_tar_file_is_refused(tmp_path):
    path = tmp_path / 'old.pth'
    with tarfile.open(path, 'w') as tar:
        for name in ('storages', 'tensors', 'pickle'):
            (tmp_path / name).write_bytes(pickle.dumps(0, protocol=2))
            tar.add(tmp_path / name, name)
    with pytest.raises(InputError, match=r'old\.pth: not a whole checkpoint .*\btar\b'):
        load_checkpoint_file(str(path))


@pytest.mark.parametrize('core', [b'numpy.core.', b'numpy._core.'], ids=['NumPy 1', 'NumPy 2'])
def test_what_mmengine_saves_is_read_whichever_numpy_wrote_it(tmp_path, core):
    history = HistoryBuffer([1.0, 2.0], [1, 1])
    saved = {
        'state_dict': {'w': torch.ones(2)},
        'message_hub': {'log_scalars': {'loss': history}},
        'score': np.float64(0.5),
    }
    # Not zipped, so that the names of NumPy's functions stand in the file as they are.
    torch.save(saved, tmp_path / 'own.pth', _use_new_zipfile_serialization=False)
    written, count = re.subn(rb'numpy\._?core\.', core, (tmp_path / 'own.pth').read_bytes())
    assert count == 2  # _reconstruct and scalar
    (tmp_path / 'own.pth').write_bytes(written)
    read = load_checkpoint_file(str(tmp_path / 'own.pth'))
    assert read['score'] == 0.5
    assert read['message_hub']['log_scalars']['loss'].mean() == 1.5
    assert torch.equal(read['state_dict']['w'], torch.ones(2))


def test_a_checkpoint_cannot_ask_for_private_attributes(tmp_path):
    class Asking:
        def __reduce__(self):
            return getattr, (HistoryBuffer, '__init__')

    torch.save({'x': Asking()}, tmp_path / 'asking.pth')
    with pytest.raises(InputError, match="attribute '__init__'"):
        load_checkpoint_file(str(tmp_path / 'asking.pth'))


def test_cut_empty_and_missing_files_are_named(tmp_path):
    path = tmp_path / 'cut.pth'
    torch.save({'w': torch.ones(1000)}, path)
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], whole[:-30], b'', b'text'):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r'cut\.pth: not a whole checkpoint') as caught:
            load_checkpoint_file(str(path))
        assert '\n' not in str(caught.value)
    with pytest.raises(InputError, match=r'none\.pth: no such checkpoint'):
        load_checkpoint_file(str(tmp_path / 'none.pth'))


def test_a_schema_saved_as_an_object_is_read_too(tmp_path):
    schema = AttributeSchema(['a', Attribute('b', ('x', 'y'), group='g')])
    torch.save({'meta': {'dataset_meta': {'schema': schema}}}, tmp_path / 'own.pth')
    read = load_checkpoint_file(str(tmp_path / 'own.pth'))
    assert read['meta']['dataset_meta']['schema'] == schema


RUN = """
import sys
import torch
from mmengine.config import Config
from mmengine.runner import CheckpointLoader, Runner

work_dir, checkpoint, trap = sys.argv[1:]
cfg = dict(
    custom_imports=dict(imports=['par_plugins']),
    model=dict(type='ToyModel'), work_dir=work_dir, load_from=checkpoint,
    test_dataloader=dict(batch_size=1, dataset=dict(type='ToyData'),
                         sampler=dict(type='DefaultSampler', shuffle=False)),
    test_cfg=dict(), test_evaluator=[])
open(f'{work_dir}/config.py', 'w').write('\\n'.join(f'{k} = {v!r}' for k, v in cfg.items()))
cfg = Config.fromfile(f'{work_dir}/config.py')

from mmengine.model import BaseModel
from mmengine.registry import DATASETS, MODELS

@MODELS.register_module()
class ToyModel(BaseModel):
    def __init__(self):
        super().__init__(init_cfg=dict(type='Pretrained', checkpoint=checkpoint))
        self.layer = torch.nn.Linear(1, 1)
    def forward(self, *args, **kwargs):
        return []

@DATASETS.register_module()
class ToyData(torch.utils.data.Dataset):
    def __len__(self): return 1
    def __getitem__(self, index): return 0

def refused(call):
    try:
        call()
    except Exception as error:
        print(type(error).__name__)

refused(lambda: Runner.from_cfg(cfg).test())
refused(MODELS.build(cfg.model).init_weights)
refused(lambda: CheckpointLoader.load_checkpoint(checkpoint))
refused(lambda: torch.load(checkpoint, weights_only=False))
refused(lambda: torch.hub.load_state_dict_from_url(
    'http://127.0.0.1:9/hostile.pth', model_dir=checkpoint.removesuffix('/hostile.pth')))
"""


def test_importing_the_plug_in_is_enough_that_no_checkpoint_runs_code(tmp_path):
    trap, path = tmp_path / 'trap', tmp_path / 'hostile.pth'
    torch.save({'state_dict': Hostile(trap)}, path)
    done = subprocess.run(
        [sys.executable, '-c', RUN, tmp_path, path, trap], capture_output=True, text=True
    )
    refusals = [line for line in done.stdout.splitlines() if line.endswith('Error')]
    assert refusals == ['InputError'] * 3 + ['UnpicklingError'] * 2, done.stdout + done.stderr
    assert not trap.exists()


def test_the_config_in_a_checkpoint_that_resuming_would_run_is_left_out(tmp_path):
    torch.save({'state_dict': {}, 'meta': {'config': 'print()', 'epoch': 3}}, tmp_path / 'x.pth')
    assert CheckpointLoader.load_checkpoint(str(tmp_path / 'x.pth'))['meta'] == {'epoch': 3}


@pytest.mark.parametrize(
    ('content', 'sentence'),
    [
        (5, 'no checkpoint, but something of type int'),
        ([torch.ones(1)], 'something of type list'),
        ({'state_dict': [1]}, 'its state_dict is of type list, not dict'),
        ({'state_dict': {}, 'meta': None}, 'its meta is of type NoneType, not dict'),
        ({'state_dict': {}, 'meta': {'dataset_meta': 'x'}}, 'meta.dataset_meta is of type str'),
        ({'state_dict': {3: torch.ones(1)}}, 'the names in its state_dict are not text'),
    ],
)
def test_what_is_no_checkpoint_is_one_sentence_with_file_and_entry(tmp_path, content, sentence):
    torch.save(content, tmp_path / 'odd.pth')
    with pytest.raises(InputError, match=rf'odd\.pth: .*{sentence}'):
        load_checkpoint_file(str(tmp_path / 'odd.pth'))


def test_records_that_grow_beyond_the_file_are_refused_before_they_are_read(tmp_path, monkeypatch):
    torch.save({'state_dict': {'w': torch.zeros(10**6)}}, tmp_path / 'stored.pth')
    load_checkpoint_file(str(tmp_path / 'stored.pth'))
    with (
        zipfile.ZipFile(tmp_path / 'stored.pth') as stored,
        zipfile.ZipFile(tmp_path / 'small.pth', 'w', zipfile.ZIP_DEFLATED) as small,
    ):
        for name in stored.namelist():
            small.writestr(name, stored.read(name))
    assert (tmp_path / 'small.pth').stat().st_size < 100_000
    monkeypatch.setattr(torch, 'load', lambda *_, **__: pytest.fail('it was read'))
    with pytest.raises(InputError, match=r'small\.pth: .*would grow to 4\d{6}'):
        load_checkpoint_file(str(tmp_path / 'small.pth'))


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Serve a folder; what is downloaded goes to another."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    (tmp_path / 'site').mkdir()
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'home'))
    handler = partial(Quiet, directory=str(tmp_path / 'site'))
    with ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield tmp_path / 'site', f'http://127.0.0.1:{server.server_port}'
        server.shutdown()
        thread.join()


def published(folder, content):
    """Save it under a name with its hash."""
    torch.save(content, folder / 'x.pth')
    digits = hashlib.sha256((folder / 'x.pth').read_bytes()).hexdigest()[:8]
    return (folder / 'x.pth').rename(folder / f'net-{digits}.pth').name


def test_our_checkpoints_load_by_url_and_are_kept_under_their_hash(site, tmp_path):
    folder, url = site
    content = {
        'state_dict': {'w': torch.arange(3.0)},
        'message_hub': {'log_scalars': {'loss': HistoryBuffer([1.0], [1])}},
    }
    name = published(folder, content)
    for _ in range(2):
        read = CheckpointLoader.load_checkpoint(f'{url}/{name}?download=1')
        assert read['state_dict']['w'].tolist() == [0, 1, 2]
        (folder / name).unlink(missing_ok=True)  # so that the second comes from the folder
    assert [path.name for path in (tmp_path / 'home/hub/checkpoints').iterdir()] == [name]


def test_two_addresses_with_one_file_name_are_two_files(site):
    folder, url = site
    for number in range(2):
        (folder / str(number)).mkdir()
        torch.save({'w': torch.tensor(number)}, folder / str(number) / 'best-20210831.pth')
    read = [CheckpointLoader.load_checkpoint(f'{url}/{n}/best-20210831.pth') for n in range(2)]
    assert [int(content['w']) for content in read] == [0, 1]


def test_a_file_that_is_not_of_its_hash_is_refused_fetched_or_kept(site, tmp_path):
    folder, url = site
    name = published(folder, {'w': torch.ones(1)})
    torch.save({'w': torch.zeros(1)}, folder / name)
    with pytest.raises(InputError, match=r'cannot be fetched .*invalid hash'):
        CheckpointLoader.load_checkpoint(f'{url}/{name}')
    kept = tmp_path / 'home/hub/checkpoints' / name
    assert not kept.exists()
    torch.save({'w': torch.zeros(1)}, kept)
    with pytest.raises(InputError, match=r'its SHA-256 begins with .* remove it'):
        CheckpointLoader.load_checkpoint(f'{url}/{name}')


def test_a_hostile_file_behind_an_address_is_refused(site, tmp_path):
    folder, url = site
    name = published(folder, {'state_dict': Hostile(tmp_path / 'trap')})
    with pytest.raises(InputError, match='not a whole checkpoint of weights and plain data'):
        CheckpointLoader.load_checkpoint(f'{url}/{name}')
    assert not (tmp_path / 'trap').exists()


def test_without_a_network_one_sentence_says_where_the_file_may_be_put(site, tmp_path, monkeypatch):
    address = 'http://127.0.0.1:9/net-0123abcd.pth'  # where nobody answers
    kept = tmp_path / 'home/hub/checkpoints/net-0123abcd.pth'
    models = {'resnet': address}
    monkeypatch.setattr(checkpoint_files.upstream, 'get_torchvision_models', lambda: models)
    for name in (address, 'torchvision://resnet'):
        with pytest.raises(InputError) as caught:
            CheckpointLoader.load_checkpoint(name)
        sentence = str(caught.value)
        assert sentence.startswith(f'{address} cannot be fetched (') and '\n' not in sentence
        assert f'put the file at {kept}' in sentence
        assert '--cfg-options model.backbone.init_cfg.checkpoint=FILE' in sentence


@pytest.mark.parametrize('address', ['s3://b/x.pth', 'petrel://b/x.pth', 'pavi://x', 'mmcls://x'])
def test_schemes_without_a_client_and_unknown_names_are_one_sentence(address):
    with pytest.raises(InputError, match=f'{address}: cannot be loaded') as caught:
        CheckpointLoader.load_checkpoint(address)
    assert '\n' not in str(caught.value)


def test_older_torch_is_made_to_refuse_what_newer_refuses(tmp_path):
    torch.jit.save(torch.jit.script(Writing(str(tmp_path / 'trap'))), tmp_path / 'script.pth')
    torch.save({'w': torch.ones(1)}, tmp_path / 'good.pth')
    with tarfile.open(tmp_path / 'old.pth', 'w') as tar:
        tar.add(tmp_path / 'good.pth', 'storages')
    load = checkpoint_files._refusing_what_old_torch_runs(lambda f: 'read')
    assert load(tmp_path / 'good.pth') == 'read'
    for name, kind in (('script.pth', 'TorchScript'), ('old.pth', 'tar archive')):
        with pytest.raises(RuntimeError, match=kind):
            load(tmp_path / name)
        with (tmp_path / name).open('rb') as file, pytest.raises(RuntimeError, match=kind):
            load(file)
    with (tmp_path / 'good.pth').open('rb') as file:
        assert load(file) == 'read' and file.tell() == 0
