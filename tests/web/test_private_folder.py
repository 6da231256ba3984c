"""Uploads are nobody else's, and nothing of them stays."""

import subprocess
import sys

import pytest

pytest.importorskip('fastapi', reason='needs the extra web')
fcntl = pytest.importorskip('fcntl', reason='needs the locks of Unix')

from par_plugins.structures import InputError  # noqa: E402
from par_plugins.web.private_folder import private_folder  # noqa: E402


def test_it_is_readable_by_its_user_alone_and_gone_afterwards(tmp_path):
    with private_folder(tmp_path / 'all') as folder:
        assert folder.stat().st_mode & 0o077 == 0 and folder.parent.stat().st_mode & 0o077 == 0
        (folder / 'upload').write_bytes(b'a')
    assert not folder.exists()


def test_it_is_gone_after_an_error_too(tmp_path):
    with pytest.raises(RuntimeError), private_folder(tmp_path / 'all') as folder:
        (folder / 'upload').write_bytes(b'a')
        raise RuntimeError
    assert not folder.exists()


def test_what_a_killed_process_has_left_goes_and_what_lives_stays(tmp_path):
    lines = [
        'import os, sys',
        'from pathlib import Path',
        'from par_plugins.web.private_folder import private_folder',
        'with private_folder(Path(sys.argv[1])) as folder:',
        '    (folder / "upload").write_bytes(b"a")',
        '    os.kill(os.getpid(), 9)',
    ]
    killed = subprocess.run([sys.executable, '-c', '\n'.join(lines), tmp_path / 'all'])
    assert killed.returncode == -9
    (left,) = (tmp_path / 'all').glob('*/')
    assert (left / 'upload').exists()
    with private_folder(tmp_path / 'all') as alive:
        assert not left.exists()
        with private_folder(tmp_path / 'all') as other:
            assert alive.exists() and other != alive
        assert alive.exists()


def test_a_folder_of_others_is_not_taken(tmp_path):
    (tmp_path / 'open').mkdir(mode=0o755)
    (tmp_path / 'mine').mkdir(mode=0o700)
    (tmp_path / 'link').symlink_to(tmp_path / 'mine')
    for name in ('open', 'link'):
        with pytest.raises(InputError, match=name), private_folder(tmp_path / name):
            pass
