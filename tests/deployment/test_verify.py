"""What is wrong with a release is found and said in a sentence for each fault."""

import functools
import hashlib
import json
import os
import pickle
import random
import threading
import time
from contextlib import contextmanager, suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer

import numpy as np
import pytest
import torch

from par_plugins.deployment.checksums import SUMS, changed_files, checksums
from par_plugins.deployment.export import export_onnx
from par_plugins.deployment.golden_pictures import LARGEST
from par_plugins.deployment.model_card import score_tables
from par_plugins.deployment.verify import verify
from par_plugins.inference.plain_config import read_plain_config
from par_plugins.structures import InputError
from tests.deployment.skip_without_exporter import skip_without_exporter

pytest.importorskip('safetensors', reason='releases need safetensors')
skip_without_exporter()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def served(folder):
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f'http://127.0.0.1:{server.server_port}'
        finally:
            server.shutdown()
            thread.join()


def summed(folder):
    """Make the sums agree with what is there, as somebody with bad intent would."""
    (folder / SUMS).write_text(checksums(folder), encoding='utf-8')
    return folder


def test_a_release_is_verified_with_its_data_to_the_last_digit(toy):
    found = verify(toy.out, data=toy.data)
    assert found and not found.faults
    assert any('every number of the card, to the last digit' in line for line in found.passed)
    assert found.sums == hashlib.sha256((toy.out / SUMS).read_bytes()).hexdigest()


def test_any_flipped_bit_of_any_file_is_found(toy, tmp_path):
    folder = toy.copy(tmp_path)
    files = sorted(path for path in folder.iterdir())
    random_numbers = random.Random(0)
    assert changed_files(folder) == []
    for flip in range(200):
        path = files[flip % len(files)]
        content = path.read_bytes()
        damaged = bytearray(content)
        damaged[random_numbers.randrange(len(content))] ^= 1 << random_numbers.randrange(8)
        path.write_bytes(damaged)
        found = verify(folder)
        assert not found, (path.name, flip)
        named = path.name if path.name != SUMS else ''
        assert all('\n' not in fault for fault in found.faults)
        assert any(named in fault for fault in found.faults)
        path.write_bytes(content)
    assert changed_files(folder) == []


def test_missing_and_further_files_are_found(toy, tmp_path):
    folder = toy.copy(tmp_path)
    (folder / 'schema.json').unlink()
    (folder / 'run.py').write_text('', encoding='utf-8')
    (folder / 'inner').mkdir()
    (folder / 'metafile.yml').unlink()
    (folder / 'metafile.yml').symlink_to(toy.out / 'metafile.yml')
    faults = verify(folder).faults
    assert len(faults) == 4
    for text in (
        'schema.json is missing', 'run.py does not stand', 'inner is no regular',
        'metafile.yml is no regular',
    ):  # fmt: skip
        assert any(text in fault for fault in faults)
    (folder / SUMS).unlink()
    assert 'no such file' in verify(folder).faults[0]


def fault_of(folder):
    (fault,) = verify(summed(folder)).faults
    assert '\n' not in fault
    return fault


def test_forms_that_disagree_are_found_behind_good_sums(toy, tmp_path):
    folder = toy.copy(tmp_path)
    (path,) = folder.glob('*.pth')
    before = path.read_bytes()
    content = torch.load(path, weights_only=True)
    content['state_dict']['head.classifier.bias'][3] += 1
    torch.save(content, path)
    assert 'does not begin with' in fault_of(folder)
    path.unlink()
    torch.save(content, folder / 'changed')
    digest = hashlib.sha256((folder / 'changed').read_bytes()).hexdigest()
    changed = (folder / 'changed').rename(folder / f'toy-{digest[:8]}.pth')
    assert 'model.safetensors is not' in fault_of(folder) and 'head.classifier.bias' in fault_of(
        folder
    )
    changed.unlink()
    path.write_bytes(before)
    schema = json.loads((folder / 'schema.json').read_text(encoding='utf-8'))
    schema['attributes'][0]['name'] = 'Male'
    (folder / 'schema.json').write_text(json.dumps(schema), encoding='utf-8')
    assert 'other attributes' in fault_of(folder)


def test_an_exported_network_of_other_weights_is_found(toy, tmp_path):
    folder = toy.copy(tmp_path)
    (path,) = folder.glob('*.pth')
    content = torch.load(path, weights_only=True)
    content['state_dict']['head.classifier.bias'] += 0.1
    torch.save(content, tmp_path / 'other.pth')
    export_onnx(
        read_plain_config(folder / 'config.py'), tmp_path / 'other.pth', folder / 'model.onnx'
    )
    assert 'probabilities of model.onnx differ by 0.0' in fault_of(folder)


def test_other_expected_answers_are_found(toy, tmp_path):
    folder = toy.copy(tmp_path)
    with np.load(folder / 'golden.npz') as file:
        arrays = dict(file)
    arrays['probabilities'][0, 0] += 0.01
    np.savez(folder / 'golden.npz', **arrays)
    assert 'differ by 0.01' in fault_of(folder)


@pytest.mark.parametrize(
    'line',
    [
        "import os; os.system('touch ran')",
        "model = dict(type=open('ran', 'w'))",
        "model = {'type': 'os.system', 'command': 'touch ran'}",
        "model.head = {'type': 'AttributeHead'}",
        "model = {'type': 'HuggingFaceClassifier', 'trust_remote_code': True}",
    ],
)
def test_no_config_runs_code(line, toy, tmp_path, monkeypatch):
    folder = toy.copy(tmp_path)
    monkeypatch.chdir(tmp_path)
    with (folder / 'config.py').open('a', encoding='utf-8') as file:
        file.write(f'{line}\n')
    assert 'config.py' in fault_of(folder)
    assert not (tmp_path / 'ran').exists()


class Ran:
    """A pickle that leaves a file where it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def test_no_test_set_of_a_config_runs_code(toy, tmp_path):
    folder = toy.copy(tmp_path)
    (tmp_path / 'evil.pkl').write_bytes(pickle.dumps(Ran(tmp_path / 'ran')))
    loader = read_plain_config(folder / 'config.py').test_dataloader.to_dict()
    loader['dataset'] = {
        'type': 'MultiLabelDataset',
        'ann_file': str(tmp_path / 'evil.pkl'),  # an address would be fetched
        'data_root': 'data',
        'pipeline': loader['dataset']['pipeline'],
    }
    with (folder / 'config.py').open('a', encoding='utf-8') as file:
        file.write(f'test_dataloader = {loader}\n')
    (fault,) = verify(summed(folder), data=toy.data).faults
    assert not (tmp_path / 'ran').exists()
    assert "type is 'MultiLabelDataset', whose annotations may run code" in fault


def test_golden_pictures_that_fill_the_memory_are_refused_before_they_are_unpacked(toy, tmp_path):
    folder = toy.copy(tmp_path)
    zeros = np.zeros(LARGEST, np.uint8)
    np.savez_compressed(folder / 'golden.npz', probabilities=zeros)
    assert 'bytes of arrays, more than' in fault_of(folder)


def test_numbers_of_the_card_that_are_not_measured_again_are_found(toy, tmp_path):
    folder = toy.copy(tmp_path)
    path = folder / 'test_scores.json'
    good = path.read_text(encoding='utf-8')
    for place, apart in ((('rules', 'prior', 'scores', 'accuracy'), 0.3), (('mAP',), -0.2)):
        scores = json.loads(good)
        inner = scores
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = round(inner[place[-1]] + apart, 2)
        path.write_text(json.dumps(scores), encoding='utf-8')
        if place != ('mAP',):
            assert 'README.md has other numbers' in fault_of(folder)
        card = (toy.out / 'README.md').read_text(encoding='utf-8')
        for old, new in zip(score_tables(json.loads(good)), score_tables(scores), strict=True):
            card = card.replace(old, new)
        (folder / 'README.md').write_text(card, encoding='utf-8')
        assert verify(summed(folder))
        (fault,) = verify(folder, data=toy.data).faults
        assert f'{".".join(place)} of test_scores.json is another number' in fault
    path.write_text(json.dumps({**json.loads(good), 'more': 1}), encoding='utf-8')
    assert 'another number' in verify(summed(folder), data=toy.data).faults[-1]


def test_small_differences_without_other_answers_are_said(toy, tmp_path):
    folder = toy.copy(tmp_path)
    scores = json.loads((folder / 'test_scores.json').read_text(encoding='utf-8'))
    answers = scores['pictures'] * len(scores['attributes'])
    scores['mAP'] = round(scores['mAP'] + 0.01, 2)
    (folder / 'test_scores.json').write_text(json.dumps(scores), encoding='utf-8')
    found = verify(summed(folder), data=toy.data)
    said = f'0 of {answers} answers are others, and numbers at most 0.01 apart'
    assert found and said in found.passed[-1]


@pytest.mark.parametrize(
    'name', ['schema.json', 'test_scores.json', 'dataset.json', 'golden.npz', 'test_answers.npz']
)
@pytest.mark.parametrize('content', ['[]', '{}', 'no', '[' * 100_000], ids=lambda text: text[:2])
def test_files_of_another_form_behind_good_sums_are_one_sentence(name, content, toy, tmp_path):
    folder = toy.copy(tmp_path)
    (folder / name).write_text(content, encoding='utf-8')
    (fault,) = verify(summed(folder), data=toy.data).faults
    assert fault and '\n' not in fault


def test_other_data_and_other_answers_are_found(toy, tmp_path):
    folder = toy.copy(tmp_path)
    with np.load(folder / 'test_answers.npz') as file:
        answers = file['answers']
    answers[0] = 1 - answers[0]
    np.savez(folder / 'test_answers.npz', answers=answers)
    (fault,) = verify(summed(folder), data=toy.data).faults
    assert f'{answers.shape[1]} of {answers.size} answers are others' in fault
    known = json.loads((folder / 'dataset.json').read_text(encoding='utf-8'))
    known['sha256_of_pictures'] = '0' * 64
    (folder / 'dataset.json').write_text(json.dumps(known), encoding='utf-8')
    (fault,) = verify(summed(folder), data=toy.data).faults
    assert 'is not the test set of the card: sha256_of_pictures' in fault


def test_an_address_is_verified_like_a_folder(toy, tmp_path):
    with served(toy.out) as address:
        assert verify(address).passed == verify(toy.out).passed
    folder = toy.copy(tmp_path)
    (folder / 'schema.json').write_text('{}', encoding='utf-8')
    with served(folder) as address:
        assert 'schema.json is not what' in verify(address).faults[0]
    (folder / 'schema.json').unlink()
    with (
        served(folder) as address,
        pytest.raises(InputError, match='schema.json cannot be fetched'),
    ):
        verify(address)
    (folder / SUMS).write_text(f'{"0" * 64}  ../above\n', encoding='utf-8')
    with served(folder) as address, pytest.raises(InputError, match='plain names'):
        verify(address)
    assert not (tmp_path / 'above').exists()


@contextmanager
def saying(*pieces, pause=0.0):
    """A server that answers every request with these bytes."""

    class Said(BaseRequestHandler):
        def handle(self):
            self.request.recv(2**16)
            with suppress(OSError):  # who asked has gone
                for piece in pieces:
                    self.request.sendall(piece)
                    time.sleep(pause)

    with ThreadingTCPServer(('127.0.0.1', 0), Said) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f'http://127.0.0.1:{server.server_address[1]}'
        finally:
            server.shutdown()
            thread.join()


OK = b'HTTP/1.0 200 OK\r\n\r\n'
CHUNKED = b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
ELSEWHERE = b'HTTP/1.0 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n'


@pytest.mark.parametrize(
    ('pieces', 'sentence'),
    [
        ([b'220 mail.example ESMTP\r\n'], 'BadStatusLine'),
        ([CHUNKED, b'ff\r\nshort'], 'IncompleteRead'),
        ([ELSEWHERE], 'SHA256SUMS cannot be fetched'),
        ([OK, *[bytes(2**20)] * 2], 'more than 1048576 bytes are not fetched'),
        ([OK, *[b'.'] * 100], 'too slow'),
    ],
    ids=['mail', 'cut', 'file', 'endless', 'slow'],
)
def test_an_address_that_misbehaves_is_one_sentence(pieces, sentence, monkeypatch):
    monkeypatch.setattr('par_plugins.deployment.verify.SECONDS', 0.5)
    with (
        saying(*pieces, pause=0.05 if sentence == 'too slow' else 0.0) as address,
        pytest.raises(InputError, match=sentence),
    ):
        verify(address)
    with pytest.raises(InputError, match='cannot be fetched'):
        verify('http://127.0.0.1:port')
