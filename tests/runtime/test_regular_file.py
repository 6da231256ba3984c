import os
import socket

import pytest

from par_plugins.structures import InputError, open_regular_file, read_regular_file


def test_a_regular_file_and_a_link_to_it_are_read(tmp_path):
    (tmp_path / 'a').write_bytes(b'whole')
    (tmp_path / 'link').symlink_to(tmp_path / 'a')
    assert read_regular_file(tmp_path / 'a', largest=5) == b'whole'
    with open_regular_file(tmp_path / 'link', largest=5) as file:
        assert file.read() == b'whole'


def test_what_is_larger_is_not_read(tmp_path):
    (tmp_path / 'a').write_bytes(b'whole')
    with pytest.raises(InputError, match='a: has 5 bytes, more than 4'):
        read_regular_file(tmp_path / 'a', largest=4)


@pytest.mark.parametrize(
    ('name', 'problem'),
    [
        ('zero', 'is a device'),
        ('pipe', 'is a pipe'),
        ('folder', 'is a folder'),
        ('socket', 'cannot be read'),
        ('nothing', 'no such file'),
        ('nu\0ll', 'cannot be read'),
    ],
)
def test_what_is_no_regular_file_is_refused_at_once(tmp_path, monkeypatch, name, problem):
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    (tmp_path / 'zero').symlink_to('/dev/zero')
    os.mkfifo(tmp_path / 'pipe')  # opening it would wait for a writer
    (tmp_path / 'folder').mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind('socket')
        with pytest.raises(InputError, match=problem):
            read_regular_file(name, largest=10)


def test_a_refused_file_is_closed_again(tmp_path):
    (tmp_path / 'a').write_bytes(b'whole')
    before = len(os.listdir('/proc/self/fd'))
    for _ in range(5):
        with pytest.raises(InputError):
            open_regular_file(tmp_path / 'a', largest=1)
    assert len(os.listdir('/proc/self/fd')) == before


def test_a_file_that_has_more_than_it_says_is_read_to_its_end_or_refused():
    name = '/proc/self/cmdline'  # says 0 bytes
    with open(name, 'rb') as file:
        whole = file.read()
    assert os.stat(name).st_size == 0 < len(whole)
    assert read_regular_file(name, largest=len(whole)) == whole
    with pytest.raises(InputError, match=f'has more than {len(whole) - 1} bytes'):
        read_regular_file(name, largest=len(whole) - 1)
