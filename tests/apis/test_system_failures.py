"""What the system does to a run is one sentence."""

import errno
import logging
import os
import subprocess
import sys
from io import StringIO

import pytest
import torch
from torch import distributed
from torch.utils.data import DataLoader

from par_plugins.apis import build_runner, stop_on_input_error
from par_plugins.apis.system_failures import system_failure
from par_plugins.structures import InputError
from tests.tools.toy_run import CONFIG, ROOT, TIME_LIMIT, toy_config


def ended(main):
    with pytest.raises(SystemExit) as caught:
        stop_on_input_error(main)()
    return str(caught.value)


class Dies(torch.utils.data.Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        os.kill(os.getpid(), 9)


def test_a_killed_worker_is_named_and_what_to_do():
    sentence = ended(lambda: list(DataLoader(Dies(), num_workers=1)))
    assert sentence.startswith('error: DataLoader worker (pid')
    assert '--resume' in sentence and '\n' not in sentence


def test_a_lost_process_is_said_where_there_are_several(monkeypatch):
    lost = RuntimeError('[pair.cc:534] Connection closed by peer [127.0.0.1]:5555')
    assert system_failure(lost) is None  # alone, somebody else's connection
    monkeypatch.setattr(distributed, 'is_initialized', lambda: True)
    monkeypatch.setattr(distributed, 'get_rank', lambda: 1)
    assert 'process 1 has lost another one' in system_failure(lost)
    assert system_failure(RuntimeError('shapes differ')) is None


def test_faults_of_the_code_keep_their_traceback():
    def main():
        raise RuntimeError('a bug')

    with pytest.raises(RuntimeError, match='a bug'):
        stop_on_input_error(main)()


@pytest.mark.parametrize('code', [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_config_that_cannot_be_written_is_one_sentence(toy_root, tmp_path, monkeypatch, code):
    def dump(self, path):
        raise OSError(code, os.strerror(code), path)

    monkeypatch.setattr('mmengine.config.Config.dump', dump)
    sentence = ended(lambda: build_runner(toy_config(toy_root, tmp_path)))
    assert '.py: cannot be' in sentence and os.strerror(code) in sentence


def test_a_full_disk_ends_the_run_at_its_log(toy_root, tmp_path, monkeypatch):
    runner = build_runner(toy_config(toy_root, tmp_path))
    handler = next(h for h in runner.logger.handlers if isinstance(h, logging.FileHandler))

    class Full(StringIO):
        def flush(self):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(handler, 'stream', Full())
    with pytest.raises(InputError, match=r'\.log: cannot be written \(No space left'):
        runner.logger.info('a line')


def test_the_command_line_in_a_folder_for_reading_is_one_sentence(tmp_path):
    (tmp_path / 'file').touch()
    done = subprocess.run(
        [sys.executable, 'tools/train.py', CONFIG, '--work-dir', tmp_path / 'file/run'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT,
    )
    assert done.returncode == 1 and 'Traceback' not in done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith(f'error: {tmp_path}')
