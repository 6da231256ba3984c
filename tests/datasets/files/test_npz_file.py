import struct
import zipfile

import numpy as np
import pytest

from par_plugins.datasets.files import npz_file
from par_plugins.datasets.files.npz_file import read_npz
from par_plugins.structures import InputError


def test_arrays_come_back_by_name(tmp_path):
    np.savez_compressed(tmp_path / 'a.npz', one=np.arange(3), two=np.eye(2))
    found = read_npz(tmp_path / 'a.npz', ['two', 'one'])
    assert found['one'].tolist() == [0, 1, 2] and found['two'].tolist() == [[1, 0], [0, 1]]


def test_few_bytes_that_announce_many_are_refused_before_they_are_unpacked(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / 'zeros.npz', zeros=np.zeros(100_000))
    monkeypatch.setattr(npz_file, 'LARGEST', 700_000)
    with pytest.raises(InputError, match=r'zeros\.npz: announces 800\d+ bytes of arrays, more'):
        read_npz(tmp_path / 'zeros.npz', ['zeros'])
    np.savez(tmp_path / 'plain.npz', zeros=np.zeros(100_000))  # as large as it announces
    assert len(read_npz(tmp_path / 'plain.npz', ['zeros'])['zeros']) == 100_000


def test_no_more_is_read_than_announced(tmp_path):
    path = tmp_path / 'liar.npz'
    np.savez_compressed(path, zeros=np.zeros(100_000))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        true = struct.pack('<I', archive.infolist()[0].file_size)
    at = content.rindex(true, content.rindex(b'PK\x01\x02'))  # in the central directory
    content[at : at + 4] = struct.pack('<I', 200)
    path.write_bytes(content)
    with pytest.raises(InputError, match=r'liar\.npz: not an \.npz file with the arrays zeros'):
        read_npz(path, ['zeros'])


def test_what_is_no_array_in_an_archive_is_named(tmp_path):
    path = tmp_path / 'other.npz'
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr('a.npy', 'no array')
    with pytest.raises(InputError, match=r'other\.npz: not an \.npz file .* a is no array'):
        read_npz(path, ['a'])


def test_an_array_of_objects_and_a_missing_file_are_refused(tmp_path):
    np.savez(tmp_path / 'objects.npz', objects=np.array([{}], dtype=object))
    with pytest.raises(InputError, match='allow_pickle=False'):
        read_npz(tmp_path / 'objects.npz', ['objects'])
    with pytest.raises(InputError, match='no such file'):
        read_npz(tmp_path / 'none.npz', ['a'])
