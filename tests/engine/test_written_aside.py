import errno
import fcntl
import os
from pathlib import Path

import pytest
from mmengine.fileio import get_file_backend

from par_plugins.engine.written_aside import written_aside
from par_plugins.structures import InputError


def test_a_file_is_replaced_only_when_the_new_one_is_whole(tmp_path):
    path = tmp_path / 'a.txt'
    path.write_text('old', encoding='utf-8')
    with written_aside(path) as part:
        part.write_text('new', encoding='utf-8')
        assert (
            path.read_text(encoding='utf-8') == 'old'
            and part.parent == tmp_path
            and part.suffix == '.txt'
        )
    assert path.read_text(encoding='utf-8') == 'new'
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize('error', [KeyboardInterrupt(), RuntimeError('x')], ids=repr)
def test_whatever_stops_the_writing_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / 'a.txt'
    path.write_text('old', encoding='utf-8')
    with pytest.raises(type(error)), written_aside(path) as part:
        part.write_text('ne', encoding='utf-8')
        raise error
    assert path.read_text(encoding='utf-8') == 'old' and list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_one_sentence_and_the_old_checkpoint_stays(tmp_path, monkeypatch):
    path = tmp_path / 'epoch_1.pth'
    path.write_bytes(b'old')

    def full(self, content):
        with self.open('wb') as file:
            file.write(content[:2])
        raise OSError(errno.ENOSPC, 'No space left on device')

    monkeypatch.setattr(Path, 'write_bytes', full)
    backend = get_file_backend(str(path), backend_args=dict(backend='written_aside'))
    with pytest.raises(InputError, match=r'epoch_1\.pth: cannot be written \(No space left'):
        backend.put(b'new content', str(path))
    assert path.read_bytes() == b'old' and list(tmp_path.iterdir()) == [path]


def test_what_is_synced_may_be_written_as_windows_wants_it(tmp_path, monkeypatch):
    real = os.fsync

    def fsync_of_windows(descriptor):
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(9, 'Bad file descriptor')
        real(descriptor)

    monkeypatch.setattr(os, 'fsync', fsync_of_windows)
    with written_aside(tmp_path / 'a.txt') as part:
        part.write_text('whole', encoding='utf-8')
    assert (tmp_path / 'a.txt').read_text(encoding='utf-8') == 'whole'
